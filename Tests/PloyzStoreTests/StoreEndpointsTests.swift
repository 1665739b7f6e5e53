import Testing

@testable import PloyzStore

/// Which member is asked first.
@Suite struct StoreEndpointsTests {
    private let a = StoreEndpoint(host: "fd00::a")
    private let b = StoreEndpoint(host: "fd00::b")
    private let c = StoreEndpoint(host: "fd00::c")

    @Test func theOneThatAnsweredIsAskedFirst() {
        var endpoints = StoreEndpoints(all: [a, b, c])
        endpoints.prefer(b)
        #expect(endpoints.inOrder == [b, c, a])
    }

    @Test func theOneThatDidNotIsAskedLast() {
        var endpoints = StoreEndpoints(all: [a, b, c])
        endpoints.avoid(a)
        #expect(endpoints.inOrder == [b, c, a])
        endpoints.avoid(a)
        #expect(endpoints.inOrder == [b, c, a], "it is not asked first any more")
    }

    @Test func onlyOneIsAskedWhateverItDoes() {
        var endpoints = StoreEndpoints(all: [a])
        endpoints.avoid(a)
        #expect(endpoints.inOrder == [a])
        #expect(StoreEndpoints(all: []).first == nil)
    }

    @Test func theFirstStaysFirstWhenMembersComeAndGo() {
        var endpoints = StoreEndpoints(all: [a, b])
        endpoints.prefer(b)
        endpoints.replace(with: [c, a, b])
        #expect(endpoints.first == b)
        endpoints.replace(with: [a, c])
        #expect(endpoints.first == a)
        endpoints.replace(with: [])
        #expect(endpoints.inOrder.isEmpty)
        endpoints.avoid(a)
    }
}
