import Foundation
import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzContainers

struct ContainerCreationTests {
    @Test("A sandbox has no network, no rights and a process that sleeps")
    func sandbox() throws {
        let request = try ContainerCreation.sandbox(
            try sandboxSpec(sysctls: ["net.core.somaxconn": "1024", "kernel.shmmax": "65536"]),
            image: "ployz/sandbox:0123456789abcdef"
        )
        let expected = #"""
            {
              "Cmd" : [
                "/bin/busybox",
                "sleep",
                "2147483647"
              ],
              "HostConfig" : {
                "CapDrop" : [
                  "ALL"
                ],
                "Dns" : [
                  "10.101.1.1",
                  "fd00::1"
                ],
                "DnsOptions" : [
                  "ndots:2"
                ],
                "DnsSearch" : [
                  "shop.ployz"
                ],
                "ExtraHosts" : [
                  "redis-0:10.101.1.5"
                ],
                "LogConfig" : {
                  "Type" : "none"
                },
                "NetworkMode" : "none",
                "PidsLimit" : 32,
                "ReadonlyRootfs" : true,
                "RestartPolicy" : {
                  "Name" : "no"
                },
                "SecurityOpt" : [
                  "no-new-privileges"
                ],
                "Sysctls" : {
                  "net.core.somaxconn" : "1024"
                }
              },
              "Hostname" : "redis-0",
              "Image" : "ployz/sandbox:0123456789abcdef",
              "Labels" : {
                "io.ployz.address" : "10.101.1.5",
                "io.ployz.instance" : "shop/redis/0",
                "io.ployz.role" : "sandbox"
              },
              "StopSignal" : "SIGKILL"
            }
            """#
        #expect(try pretty(request) == expected)
    }

    @Test("A workload joins its sandbox, runs an image ID and mounts only directories that exist")
    func workload() throws {
        let request = try ContainerCreation.workload(try fullWorkloadSpec(), sandboxID: "4b4ab382")
        let expected = #"""
            {
              "Cmd" : [
                "--appendfsync",
                "always"
              ],
              "Entrypoint" : [
                "/usr/bin/redis-server"
              ],
              "Env" : [
                "A=line\nline",
                "B=2=3"
              ],
              "HostConfig" : {
                "CapAdd" : [
                  "SYS_NICE"
                ],
                "CapDrop" : [
                  "NET_RAW"
                ],
                "Memory" : 67108864,
                "Mounts" : [
                  {
                    "BindOptions" : {
                      "NonRecursive" : true,
                      "Propagation" : "rprivate"
                    },
                    "ReadOnly" : false,
                    "Source" : "/pool/ployz/shop/data/with space, comma: and ünïcode/files",
                    "Target" : "/data",
                    "Type" : "bind"
                  },
                  {
                    "BindOptions" : {
                      "NonRecursive" : true,
                      "Propagation" : "rprivate"
                    },
                    "ReadOnly" : true,
                    "Source" : "/etc/ssl/certs",
                    "Target" : "/certs",
                    "Type" : "bind"
                  },
                  {
                    "ReadOnly" : false,
                    "Target" : "/run",
                    "Type" : "tmpfs"
                  }
                ],
                "NanoCpus" : 1500000000,
                "NetworkMode" : "container:4b4ab382",
                "PidsLimit" : 100,
                "RestartPolicy" : {
                  "Name" : "no"
                },
                "Sysctls" : {
                  "kernel.shmmax" : "65536"
                }
              },
              "Image" : "sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
              "Labels" : {
                "io.ployz.epoch" : "7",
                "io.ployz.generation" : "1",
                "io.ployz.image" : "sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
                "io.ployz.instance" : "shop/redis/0",
                "io.ployz.operation" : "op-0123456789abcdef",
                "io.ployz.role" : "workload"
              },
              "StopTimeout" : 3,
              "User" : "999:999"
            }
            """#
        #expect(try pretty(request) == expected)
    }

    @Test("No request has the key Binds, at any depth")
    func neverBinds() throws {
        let requests = [
            try ContainerCreation.sandbox(try sandboxSpec(), image: "ployz/sandbox:0"),
            try ContainerCreation.workload(try fullWorkloadSpec(), sandboxID: "4b4ab382"),
            try ContainerCreation.workload(try workloadSpec(), sandboxID: "4b4ab382"),
        ]
        for request in requests {
            let document = try JSONSerialization.jsonObject(with: try JSON.encode(request))
            #expect(!keys(of: document).contains("Binds"))
            #expect(keys(of: document).contains("RestartPolicy"))
        }
    }

    @Test("The request type itself has no place for Binds")
    func noFieldForBinds() throws {
        let request = try ContainerCreation.workload(try fullWorkloadSpec(), sandboxID: "4b4ab382")
        let fields =
            Mirror(reflecting: request).children.compactMap(\.label)
            + Mirror(reflecting: request.host).children.compactMap(\.label)
        #expect(fields.contains("mounts"))
        #expect(!fields.contains { $0.lowercased() == "binds" })
    }

    @Test("The digest tells every difference: epoch, operation, image, sandbox, template")
    func digest() throws {
        func digest(_ spec: () throws -> WorkloadSpec, sandbox: String = "4b4ab382") throws -> String? {
            try ContainerCreation.workload(try spec(), sandboxID: sandbox).labels[ContainerLabel.digest]
        }
        let base = try digest { try workloadSpec() }
        #expect(base?.utf8.count == 64)
        #expect(try digest { try workloadSpec() } == base)
        let others = [
            try digest { try workloadSpec(epoch: 8) },
            try digest { try workloadSpec(operation: "op-0123456789abcdef") },
            try digest { try workloadSpec(image: "sha256:" + String(repeating: "b2", count: 32)) },
            try digest { try workloadSpec { $0.env = ["A": "1"] } },
            try digest({ try workloadSpec() }, sandbox: "f2587736"),
        ]
        #expect(Set(others + [base]).count == 6)
    }

    @Test("A secret is a variable like any other, and one without its value is refused")
    func secrets() throws {
        let spec = try workloadSpec { $0.env = ["A": "1", "B": .secret(Secret("hidden"))] }
        #expect(try ContainerCreation.workload(spec, sandboxID: "4b4ab382").environment == ["A=1", "B=hidden"])
        let tag = try SecretTag("s-0123456789abcdef")
        let without = try workloadSpec { $0.env = ["B": .stored(tag)] }
        let error = try #require(throws: PloyzError.self) {
            try ContainerCreation.workload(without, sandboxID: "4b4ab382")
        }
        #expect(error.code == .secretMissing)
    }

    @Test("A volume without a directory is refused before Docker hears of it")
    func volumeWithoutDirectory() throws {
        let data = try VolumeName("data")
        let spec = try workloadSpec { $0.mounts = [Mount(source: .volume(data), target: "/data")] }
        let error = try #require(throws: PloyzError.self) {
            try ContainerCreation.workload(spec, sandboxID: "4b4ab382")
        }
        #expect(error.code == .mountInvalid)
    }

    @Test("Names and labels lead back to the instance")
    func identity() throws {
        let instance = try InstanceRef("shop/redis/12")
        #expect(ContainerName.workload(instance).description == "ployz.shop.redis.12")
        #expect(ContainerName.sandbox(instance).description == "ployz.shop.redis.12.sandbox")
        let labels = ["io.ployz.instance": "shop/redis/12", "io.ployz.role": "sandbox", "other": "x"]
        #expect(ContainerLabel.identity(in: labels) == .sandbox(instance))
        #expect(ContainerLabel.identity(in: ["io.ployz.instance": "shop/redis/12"]) == nil)
        #expect(ContainerLabel.identity(in: ["io.ployz.instance": "shop", "io.ployz.role": "sandbox"]) == nil)
    }

    /// The request for people, without the digest, which a test of its own covers.
    private func pretty(_ request: ContainerCreation) throws -> String {
        var request = request
        request.labels[ContainerLabel.digest] = nil
        return String(decoding: try JSON.encodePretty(request), as: UTF8.self)
    }

    private func keys(of document: Any) -> Set<String> {
        if let object = document as? [String: Any] {
            return object.reduce(into: Set(object.keys)) { $0.formUnion(keys(of: $1.value)) }
        }
        return (document as? [Any] ?? []).reduce(into: []) { $0.formUnion(keys(of: $1)) }
    }
}
