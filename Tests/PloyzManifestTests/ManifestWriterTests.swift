import PloyzManifest
import PloyzModel
import TOMLKit
import Testing

@Suite("Writing manifests")
struct ManifestWriterTests {
    @Test("what is written reads back as the same manifest, in both formats", arguments: DocumentFormat.allCases)
    func roundTrips(format: DocumentFormat) throws {
        var generator = SeededGenerator(state: 7)
        for _ in 0..<300 {
            let manifest = try ManifestGenerator.manifest(using: &generator)
            let text = try ManifestWriter.text(of: manifest, as: format)
            let back = try ManifestReader.read(Array(text.utf8), as: format, known: .onlyDeclared)
            #expect(back == manifest)
            #expect(try ManifestWriter.text(of: back, as: format) == text)
        }
    }

    @Test("TOMLKit reads the same in what is written")
    func agreesWithTOMLKit() throws {
        var generator = SeededGenerator(state: 8)
        for _ in 0..<100 {
            let text = try ManifestWriter.text(of: ManifestGenerator.manifest(using: &generator), as: .toml)
            let expected = try TOMLTable(string: text).convert(to: .json, options: .allowUnicodeStrings)
            #expect(try tree(text, as: .toml) == tree(expected, as: .json))
        }
    }

    @Test("a manifest is written with its name first and its small tables in one line")
    func writesForPeople() throws {
        let manifest = try manifest(
            """
            namespace = "shop"
            [[services]]
            name = "redis"
            template = { image = "redis:7", mounts = [{ source = { volume = "data" }, target = "/data" }] }
            [[volumes]]
            name = "data"
            quota = "1GiB"
            """
        )
        #expect(
            try ManifestWriter.text(of: manifest, as: .toml) == """
                namespace = "shop"

                [[services]]
                name = "redis"
                placement = { replicated = { count = 1 } }
                restart = "always"
                labels = {}
                publish = []
                routes = []
                service_ports = []

                [services.template]
                image = "redis:7"
                cap_add = []
                cap_drop = []
                env = {}
                mounts = [{ readonly = false, source = { volume = "data" }, target = "/data" }]
                pull_policy = "missing"
                stop_grace_period = "10s"
                sysctls = {}

                [[volumes]]
                name = "data"
                mode = "0755"
                owner = "0:0"
                quota = "1GiB"
                scope = "single"

                """
        )
    }
}
