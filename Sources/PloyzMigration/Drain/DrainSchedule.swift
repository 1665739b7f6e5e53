import PloyzModel

/// How long moves take together when so many run at once.
package struct DrainSchedule: Hashable, Sendable {
    /// From the first move's beginning to the last one's end.
    package let time: TimeEstimate

    /// Each begins, in order, as soon as one of `parallel` places is free, and no other of the same service runs.
    ///
    /// - Parameter parallel: 1 or more.
    package init(_ moves: [DrainMove], parallel: Int) {
        var places = Array(repeating: Microseconds.zero, count: max(1, parallel))
        var free: [ServiceRef: Microseconds] = [:]
        var quality = SizeEstimate.Quality.exact
        for move in moves {
            let place = places.indices.min { (places[$0], $0) < (places[$1], $1) } ?? 0
            let begin = move.services.reduce(places[place]) { max($0, free[$1] ?? .zero) }
            places[place] = begin + move.time.time
            for service in move.services { free[service] = places[place] }
            quality = min(quality, move.time.quality)
        }
        time = TimeEstimate(places.max() ?? .zero, quality)
    }
}
