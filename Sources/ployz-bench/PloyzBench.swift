@main
struct PloyzBench {
    static func main() async {}
}
