import PloyzModel
import Testing

@testable import PloyzIngress

@Suite struct HAProxyTextTests {
    @Test func complaintsNameLinesOfFiles() throws {
        let complaint = HAProxyComplaint(
            """
            [NOTICE]   (88) : haproxy version is 2.6.12-1+deb12u4
            [ALERT]    (88) : config : parsing [/d/conf/10-7.cfg:4] : unknown keyword 'x' in 'listen' section
            [ALERT]    (17) : Binding [/d/conf/10-63.cfg:12] for proxy a.b.tcp.1: cannot bind socket
            [ALERT]    (88) : config : Error(s) found in configuration file : /d/conf/10-7.cfg
            [ALERT]    (88) : config : parsing [/d/conf/00-global.cfg:4] : no
            """
        )
        let found = complaint.places.map { "\($0.shard.file):\($0.line) \($1)" }.sorted()
        #expect(
            found == [
                "10-63.cfg:12 Binding [/d/conf/10-63.cfg:12] for proxy a.b.tcp.1: cannot bind socket",
                "10-7.cfg:4 config : parsing [/d/conf/10-7.cfg:4] : unknown keyword 'x' in 'listen' section",
            ]
        )
        #expect(complaint.other == "config : Error(s) found in configuration file : /d/conf/10-7.cfg")
        #expect(!HAProxyComplaint("[WARNING]  (1) : Proxy http stopped.").isAny)
    }

    @Test func aShardIsKnownByItsFile() throws {
        let shard = IngressShard(try ServiceRef("shop/web-1"))
        #expect(IngressShard(file: shard.file) == shard)
        for name in ["00-global.cfg", "10-64.cfg", "10--1.cfg", "10-a.cfg", "10-1.map", "x"] {
            #expect(IngressShard(file: name) == nil)
        }
    }

    @Test(arguments: [
        ("/", "h/"), ("/api", "h/api/"), ("/api/", "h/api/"), ("/a/b//", "h/a/b/"), ("", "h/"),
    ])
    func pathsOfRoutesEndWithOneSlash(path: String, key: String) {
        #expect(HTTPPath.key(host: "h", path: path) == key)
    }

    @Test func countersAreAddedUpByColumn() {
        let counters = IngressCounters(
            """
            # pxname,svname,qcur,scur,stot,econ,wretr,srv_abrt,
            http,FRONTEND,,2,40,,,,
            a.b.http.1,BACKEND,0,1,39,3,12,4,
            c.d.tcp.1,FRONTEND,,1,5,,,,
            c.d.tcp.1,BACKEND,0,1,5,1,2,0,

            """
        )
        #expect(counters.open == 3)
        #expect(counters.connections == 45)
        #expect(counters.failed == 4)
        #expect(counters.retries == 14)
        #expect(counters.cutOff == 4)
        #expect(IngressCounters("") == IngressCounters())
    }
}
