import PloyzModel
import Testing

@testable import PloyzIngress

@Suite struct IngressBookTests {
    private func book(_ views: ServiceView...) -> IngressBook {
        var book = IngressBook(text: Fixtures.text)
        for view in views { _ = book.update(Fixtures.change(view)) }
        return book
    }

    @Test func aPublishedPortAnswersAtEveryAddressAndLeadsToEveryInstance() throws {
        let view = try Fixtures.view("shop/redis", ports: [9000: 6379], addresses: ["10.101.1.2", "10.101.2.2"])
        let book = book(view)
        #expect(
            book.pages[view.ref]?.text == """
                listen shop.redis.tcp.9000
                    bind 0.0.0.0:9000
                    bind [::]:9000 v6only
                    server i0 10.101.1.2:6379
                    server i1 10.101.2.2:6379

                """
        )
        #expect(book.ports == [9000])
        #expect(book.map.isEmpty)
    }

    /// A route comes from the store, and its problem goes to an operator's terminal.
    @Test func aProblemIsOneLineWhateverTheRouteIs() throws {
        let routes = [HTTPRoute(host: "a\u{1b}[2J\nb", path: "/" + String(repeating: "x", count: 500), port: 80)]
        let problem = try #require(book(try Fixtures.view("shop/web", routes: routes)).problems.first)
        #expect(problem.reason.hasPrefix(#"the route a\u{1B}[2J\nb/xxx"#))
        #expect(problem.reason.utf8.count < 250)
    }

    @Test func routesShareTheBackendOfTheirPort() throws {
        let routes = ["/", "/api/", "/static"].map { HTTPRoute(host: "shop.example.com", path: $0, port: 8080) }
        let view = try Fixtures.view("shop/web", routes: routes)
        let book = book(view)
        #expect(
            book.map == """
                shop.example.com/ shop.web.http.8080
                shop.example.com/api/ shop.web.http.8080
                shop.example.com/static/ shop.web.http.8080

                """
        )
        let text = try #require(book.pages[view.ref]?.text)
        #expect(text.hasPrefix("backend shop.web.http.8080\n    mode http\n"))
        #expect(text.split(separator: "\n").count { $0.hasPrefix("backend") } == 1)
        #expect(text.contains("http-request disable-l7-retry unless { method GET HEAD OPTIONS }"))
        #expect(book.ports == [80])
    }

    @Test func theWaitIsMadeOfTries() {
        #expect(IngressSettings(wait: 30).retries == 9)
        #expect(IngressSettings(wait: 3).retries == 1)
        let global = Fixtures.text.global(digest: "ployz-1")
        #expect(global.contains("    description ployz-1\n"))
        #expect(global.contains("    timeout connect 3s\n    retries 9\n"))
        #expect(!global.contains("    user "))
    }

    @Test(arguments: [
        ("Shop.example.com", "/"), ("shop..example.com", "/"), ("-shop.com", "/"), ("a b", "/"), ("", "/"),
        ("shop.com", "api"), ("shop.com", "/a b"), ("shop.com", "/a?b"), ("shop.com", "/ä"), ("shop.com\nx y", "/"),
        ("shop.com", "/a\n"),
    ])
    func aBadRouteCostsItselfAlone(host: String, path: String) throws {
        let good = HTTPRoute(host: "good.example.com", port: 80)
        let view = try Fixtures.view(
            "shop/web",
            ports: [9000: 80],
            routes: [HTTPRoute(host: host, path: path, port: 80), good]
        )
        let book = book(view)
        #expect(book.problems.map(\.subject) == ["shop/web"])
        #expect(book.map == "good.example.com/ shop.web.http.80\n")
        #expect(book.ports == [80, 9000])
    }

    @Test func whatCannotBePublishedIsNamed() throws {
        var view = try Fixtures.view("shop/web", ports: [53: 80, 9000: 80])
        view.publish.append(PublishedPort(port: 9001, target: 80, protocol: .udp))
        view.publish.append(PublishedPort(port: 70_000, target: 80))
        let book = book(view)
        #expect(book.ports == [9000])
        #expect(
            book.problems.map(\.description) == [
                "shop/web: port 53/tcp is not served: machines answer for names there",
                "shop/web: port 9001/udp is not served: only TCP ports can be published",
                "shop/web: port 70000/tcp is not served: no such port",
            ]
        )
    }

    @Test func thePortOfTheRoutesIsFreeWhileThereAreNone() throws {
        let port = try Fixtures.view("shop/plain", ports: [80: 8080])
        var book = book(port)
        #expect(book.problems.isEmpty)
        let routed = try Fixtures.view("shop/web", routes: [HTTPRoute(host: "h", port: 1)])
        let afterRoutes = book.update(Fixtures.change(routed))
        #expect(afterRoutes == [port.ref, routed.ref])
        #expect(book.problems.map(\.subject) == ["shop/plain"])
        let withoutRoutes = book.update(ServiceChange(ref: routed.ref, view: nil))
        #expect(withoutRoutes == [port.ref, routed.ref])
        #expect(book.problems.isEmpty)
        #expect(book.ports == [80])
    }

    @Test func ofTwoThatClaimTheSameTheFirstByNameHasIt() throws {
        let route = HTTPRoute(host: "h", path: "/x", port: 1)
        let first = try Fixtures.view("a/web", ports: [9000: 1], routes: [route])
        let second = try Fixtures.view("b/web", ports: [9000: 1], routes: [route, HTTPRoute(host: "h", port: 1)])
        var book = book(second, first)
        #expect(book.map == "h/x/ a.web.http.1\nh/ b.web.http.1\n")
        #expect(book.problems.map(\.subject) == ["b/web", "b/web"])
        let withoutFirst = book.update(ServiceChange(ref: first.ref, view: nil))
        #expect(withoutFirst == [first.ref, second.ref])
        #expect(book.problems.isEmpty)
        #expect(book.map == "h/x/ b.web.http.1\nh/ b.web.http.1\n")
    }

    @Test func aTakenPortIsLeftOutUntilItIsFree() throws {
        let view = try Fixtures.view("shop/web", ports: [9000: 80, 9001: 80])
        var book = book(view)
        let whenTaken = book.setTaken([9000])
        #expect(whenTaken == [view.ref])
        #expect(book.ports == [9001])
        #expect(book.problems.count == 1)
        let whenFree = book.setTaken([])
        #expect(whenFree == [view.ref])
        #expect(book.ports == [9000, 9001])
    }

    @Test func aTakenPortOfTheRoutesCostsTheRoutes() throws {
        let view = try Fixtures.view("shop/web", ports: [9000: 80], routes: [HTTPRoute(host: "h", port: 80)])
        var book = book(view)
        let whenTaken = book.setTaken([80])
        #expect(whenTaken == [view.ref])
        #expect(book.ports == [9000])
        #expect(book.problems.count == 1)
        let whenFree = book.setTaken([])
        #expect(whenFree == [view.ref])
        #expect(book.ports == [80, 9000])
    }

    @Test func aRefusedServiceIsLeftOutUntilItChanges() throws {
        var view = try Fixtures.view("shop/web", ports: [9000: 80])
        var book = book(view, try Fixtures.view("shop/db", ports: [9001: 80]))
        let whenRefused = book.refuse([view.ref: "no"])
        #expect(whenRefused == [view.ref])
        #expect(book.ports == [9001])
        #expect(book.problems.map(\.description) == ["shop/web: no"])
        view.addresses = [try IPv4Address("10.101.9.9")]
        _ = book.update(Fixtures.change(view))
        #expect(book.ports == [9000, 9001])
    }

    @Test func aLineOfAFileBelongsToTheServiceAboveIt() throws {
        var book = IngressBook(text: Fixtures.text)
        for index in 0..<200 {
            _ = book.update(Fixtures.change(try Fixtures.view("n/s\(index)", ports: [index + 100: 1])))
        }
        let shard = try #require(book.shards.first { $0.value.count > 1 })
        let lines = book.text(of: shard.key).split(separator: "\n", omittingEmptySubsequences: false)
        for service in shard.value {
            let listen = try #require(lines.firstIndex { $0.hasPrefix("listen n.\(service.service).tcp.") })
            #expect(book.service(of: shard.key, line: listen + 1) == service)
            #expect(book.service(of: shard.key, line: listen + 4) == service)
        }
    }

    @Test func theDigestIsThatOfTheContentAndNotOfItsHistory() throws {
        let web = try Fixtures.view("shop/web", ports: [9000: 80], routes: [HTTPRoute(host: "h", port: 80)])
        let db = try Fixtures.view("shop/db", ports: [9001: 80])
        let one = book(web, db)
        var other = book(db, try Fixtures.view("x/y", ports: [7: 7]), web)
        #expect(one.digest != other.digest)
        _ = other.update(ServiceChange(ref: try ServiceRef("x/y"), view: nil))
        #expect(one.digest == other.digest)
        #expect(one.digest != book(web).digest)
    }

    @Test func aChangeTouchesItsOwnServiceAlone() throws {
        var book = IngressBook(text: Fixtures.text)
        for index in 0..<2000 {
            let route = HTTPRoute(host: "h\(index).example.com", port: 80)
            let view = try Fixtures.view("n/s\(index)", ports: [10_000 + index: 80], routes: [route])
            _ = book.update(Fixtures.change(view))
        }
        let changed = try Fixtures.view("n/s7", ports: [10_007: 81])
        let whenChanged = book.update(Fixtures.change(changed))
        #expect(whenChanged == [changed.ref])
        let whenRepeated = book.update(Fixtures.change(changed))
        #expect(whenRepeated.isEmpty)
    }
}
