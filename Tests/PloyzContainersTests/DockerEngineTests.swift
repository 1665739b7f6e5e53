import Foundation
import PloyzMigration
import PloyzModel
import SystemPackage
import Testing

@testable import PloyzContainers

@Suite(.enabled(if: RealDocker.socket != nil), .serialized, .timeLimit(.minutes(2)))
struct DockerEngineTests {
    @Test("A sandbox runs with only loopback, its host name, its hosts file and its own kernel settings")
    func sandbox() async throws {
        try await RealDocker.with("sandbox") { engine, instance, _ in
            let spec = try RealDocker.sandbox(instance, sysctls: ["net.ipv4.ip_unprivileged_port_start": "0"])
            let running = try await engine.startSandbox(spec)
            #expect(try await engine.startSandbox(spec) == running)
            #expect(RealDocker.file("/etc/hostname", ofProcess: running.pid) == "redis-0\n")
            #expect(RealDocker.file("/etc/hosts", ofProcess: running.pid)?.contains("10.101.1.5\tredis-0") == true)
            let resolver = RealDocker.file("/etc/resolv.conf", ofProcess: running.pid)
            #expect(resolver?.contains("nameserver 10.101.1.1") == true)
            #expect(resolver?.contains("search shop.ployz") == true)
            let interfaces = try String(contentsOfFile: "/proc/\(running.pid)/net/dev", encoding: .utf8)
            #expect(interfaces.contains("lo:"))
            #expect(!interfaces.contains("eth0"))
            let found = try #require(try await engine.containers().first { $0.instance == instance })
            #expect(found.role == .sandbox)
            #expect(found.pid == running.pid)
            #expect(found.epoch == nil)
            try await engine.removeSandbox(instance)
            try await engine.removeSandbox(instance)
            #expect(try await engine.containers().allSatisfy { $0.instance != instance })
        }
    }

    @Test("A workload joins its sandbox, sees its volume, and every call may be repeated")
    func workload() async throws {
        try await RealDocker.with("workload") { engine, instance, image in
            let directory = try TemporaryDirectory("with space, comma:and ünïcode")
            let data = try VolumeName("data")
            let spec = try RealDocker.workload(
                instance,
                image: image,
                script: "echo $WORD > /data/said; \(RealDocker.polite)",
                directories: ["data": directory.path]
            ) { template in
                template.env = ["WORD": "hello = world"]
                template.mounts = [
                    Mount(source: .volume(data), target: "/data"), Mount(source: .tmpfs, target: "/scratch"),
                ]
                template.resources = Resources(memory: Capacity(bytes: 64 << 20), cpus: 0.5, pids: 50)
            }
            let sandbox = try await engine.startSandbox(try RealDocker.sandbox(instance))
            try await engine.createWorkload(spec)
            let created = try #require(try await RealDocker.workload(of: instance, engine))
            #expect(!created.isRunning)
            #expect(created.epoch == Epoch(7))
            #expect(created.imageID == image)
            try await engine.createWorkload(spec)

            let running = try await engine.startWorkload(instance)
            #expect(running.id == created.id)
            #expect(try await engine.startWorkload(instance) == running)
            #expect(NetworkNamespace(ofProcess: running.pid) == NetworkNamespace(ofProcess: sandbox.pid))
            #expect(try await engine.workloadSharesNetwork(instance) == true)
            #expect(
                try await RealDocker.eventually { try directory.text(of: "said") == "hello = world\n" }
            )
            try await engine.createWorkload(spec)

            try await engine.stopWorkload(instance, grace: .seconds(10))
            try await engine.stopWorkload(instance, grace: .seconds(10))
            #expect(kill(running.pid, 0) != 0)
            try await engine.removeWorkload(instance)
            try await engine.removeWorkload(instance)
            try await engine.stopWorkload(instance, grace: .zero)
        }
    }

    @Test("Changed kernel settings make another sandbox, once no workload runs in its network")
    func changedSandbox() async throws {
        try await RealDocker.with("changed") { engine, instance, image in
            let setting = "net.ipv4.ip_unprivileged_port_start"
            let old = try RealDocker.sandbox(instance, sysctls: [setting: "0"])
            let new = try RealDocker.sandbox(instance, sysctls: [setting: "80"])
            let first = try await engine.startSandbox(old)
            try await engine.createWorkload(
                try RealDocker.workload(instance, image: image, script: RealDocker.polite)
            )
            _ = try await engine.startWorkload(instance)
            #expect(try await engine.startSandbox(new) == first)
            try await engine.stopWorkload(instance, grace: .seconds(10))
            let second = try await engine.startSandbox(new)
            #expect(second.id != first.id)
            #expect(try await engine.startSandbox(new) == second)
        }
    }

    @Test("The same calls made at once by several tasks make one sandbox and one workload")
    func atOnce() async throws {
        try await RealDocker.with("at-once") { engine, instance, image in
            let sandbox = try RealDocker.sandbox(instance)
            let workload = try RealDocker.workload(instance, image: image, script: RealDocker.polite)
            let started = try await withThrowingTaskGroup(of: [RunningContainer].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let first = try await engine.startSandbox(sandbox)
                        try await engine.createWorkload(workload)
                        return [first, try await engine.startWorkload(instance)]
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(started.count == 1)
            #expect(try await engine.containers().filter { $0.instance == instance }.count == 2)
            await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        try await engine.stopWorkload(instance, grace: .seconds(10))
                        try await engine.removeWorkload(instance)
                        try await engine.removeSandbox(instance)
                    }
                }
                while let result = await group.nextResult() {
                    #expect(throws: Never.self) { try result.get() }
                }
            }
            #expect(try await engine.containers().filter { $0.instance == instance }.isEmpty)
        }
    }

    @Test("A stopped workload starts again at once, though Docker has not noticed its end yet")
    func restartAtOnce() async throws {
        try await RealDocker.with("restart") { engine, instance, image in
            _ = try await engine.startSandbox(try RealDocker.sandbox(instance))
            try await engine.createWorkload(try RealDocker.workload(instance, image: image, script: RealDocker.polite))
            var earlier = try await engine.startWorkload(instance)
            for _ in 0..<10 {
                try await engine.stopWorkload(instance, grace: .seconds(10))
                let now = try await engine.startWorkload(instance)
                #expect(now.pid != earlier.pid)
                #expect(kill(now.pid, 0) == 0)
                earlier = now
            }
        }
    }

    @Test("A workload that does not hear the signal is killed after its grace, children and all")
    func stubborn() async throws {
        try await RealDocker.with("stubborn") { engine, instance, image in
            _ = try await engine.startSandbox(try RealDocker.sandbox(instance))
            try await engine.createWorkload(
                try RealDocker.workload(
                    instance,
                    image: image,
                    script: "(\(RealDocker.stubborn)) & \(RealDocker.stubborn)"
                )
            )
            let running = try await engine.startWorkload(instance)
            let group = try #require(ControlGroup.of(process: running.pid, container: running.id))
            #expect(try await RealDocker.eventually { group.processes().count >= 3 })
            let begin = ContinuousClock.now
            try await engine.stopWorkload(instance, grace: .milliseconds(300))
            #expect(ContinuousClock.now - begin >= .milliseconds(300))
            #expect(group.processes().isEmpty)
            // A process that has left its group becomes a zombie a moment later.
            #expect(
                try await RealDocker.eventually { ProcessTable.processes(ofContainer: running.id).isEmpty }
            )
        }
    }

    @Test("A paused workload can be stopped")
    func paused() async throws {
        try await RealDocker.with("paused") { engine, instance, image in
            _ = try await engine.startSandbox(try RealDocker.sandbox(instance))
            try await engine.createWorkload(try RealDocker.workload(instance, image: image, script: RealDocker.polite))
            let running = try await engine.startWorkload(instance)
            let group = try #require(ControlGroup.of(process: running.pid, container: running.id))
            let pause = DockerCall(.post, "containers", running.id, "pause")
            try await engine.docker.send(pause, within: .seconds(10)).expect(204, doing: "pause")
            try await engine.stopWorkload(instance, grace: .seconds(10))
            #expect(group.processes().isEmpty)
        }
    }

    @Test("Another epoch replaces a stopped workload and is refused while it runs")
    func replacement() async throws {
        try await RealDocker.with("epoch") { engine, instance, image in
            _ = try await engine.startSandbox(try RealDocker.sandbox(instance))
            let first = try RealDocker.workload(instance, image: image, script: RealDocker.polite)
            let second = try RealDocker.workload(instance, image: image, script: RealDocker.polite, epoch: 8)
            try await engine.createWorkload(first)
            let old = try await engine.startWorkload(instance)
            let refused = await #expect(throws: PloyzError.self) { try await engine.createWorkload(second) }
            #expect(refused?.code == .workloadRunning)
            let kept = await #expect(throws: PloyzError.self) { try await engine.removeWorkload(instance) }
            #expect(kept?.code == .workloadRunning)
            #expect(kill(old.pid, 0) == 0)
            try await engine.stopWorkload(instance, grace: .seconds(10))
            try await engine.createWorkload(second)
            let now = try #require(try await RealDocker.workload(of: instance, engine))
            #expect(now.id != old.id)
            #expect(now.epoch == Epoch(8))
        }
    }

    @Test("A workload of a sandbox that was made anew is replaced; one of a restarted sandbox is found out")
    func staleSandbox() async throws {
        try await RealDocker.with("stale") { engine, instance, image in
            let spec = try RealDocker.sandbox(instance)
            let workload = try RealDocker.workload(instance, image: image, script: RealDocker.polite)
            let sandbox = try await engine.startSandbox(spec)
            try await engine.createWorkload(workload)
            let old = try await engine.startWorkload(instance)

            let restart = DockerCall(.post, "containers", sandbox.id, "restart", query: [("t", "0")])
            try await engine.docker.send(restart, within: .seconds(30)).expect(204, doing: "restart")
            #expect(try await engine.workloadSharesNetwork(instance) == false)
            try await engine.stopWorkload(instance, grace: .seconds(10))
            #expect(try await engine.workloadSharesNetwork(instance) == nil)

            try await engine.removeSandbox(instance)
            _ = try await engine.startSandbox(spec)
            try await engine.createWorkload(workload)
            let now = try await engine.startWorkload(instance)
            #expect(now.id != old.id)
            #expect(try await engine.workloadSharesNetwork(instance) == true)
        }
    }

    @Test("A container without our labels is never touched, even under our name")
    func foreign() async throws {
        try await RealDocker.with("foreign") { engine, instance, image in
            let other = try InstanceRef("ployz-test/other/0")
            var request = try ContainerCreation.sandbox(try RealDocker.sandbox(other), image: image)
            request.labels = ["com.example": "mine"]
            let ids = [
                try await engine.create(request, as: .sandbox(other)),
                try await engine.create(request, as: .workload(other)),
            ]
            let calls: [() async throws -> Void] = [
                { _ = try await engine.startSandbox(try RealDocker.sandbox(other)) },
                { try await engine.removeSandbox(other) },
                { try await engine.stopWorkload(other, grace: .zero) },
                { try await engine.removeWorkload(other) },
                { _ = try await engine.startWorkload(other) },
                { _ = try await engine.execute(["true"], in: other) },
                {
                    _ = try await engine.createWorkload(
                        try RealDocker.workload(other, image: image, script: RealDocker.polite)
                    )
                },
            ]
            for call in calls {
                let error = await #expect(throws: PloyzError.self) { try await call() }
                #expect(error?.code == .foreignContainer)
            }
            #expect(try await engine.containers().allSatisfy { $0.instance != other })
            for id in ids {
                #expect(try await engine.inspection(ofID: id) != nil)
                try await engine.remove(id: id, force: true)
            }
        }
    }

    @Test("A directory that does not exist is not made: the workload is not created")
    func missingDirectory() async throws {
        try await RealDocker.with("missing") { engine, instance, image in
            _ = try await engine.startSandbox(try RealDocker.sandbox(instance))
            let data = try VolumeName("data")
            let path = "/tmp/ployz-never-made-\(getpid())"
            let spec = try RealDocker.workload(
                instance,
                image: image,
                script: RealDocker.polite,
                directories: ["data": path]
            ) { $0.mounts = [Mount(source: .volume(data), target: "/data")] }
            let error = await #expect(throws: PloyzError.self) { try await engine.createWorkload(spec) }
            #expect(error?.code == .dockerRefused)
            #expect(error?.message.contains(path) == true)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("A directory that vanishes after the creation keeps the workload from starting")
    func vanishedDirectory() async throws {
        try await RealDocker.with("vanished") { engine, instance, image in
            _ = try await engine.startSandbox(try RealDocker.sandbox(instance))
            let directory = try TemporaryDirectory("vanishes")
            let data = try VolumeName("data")
            let spec = try RealDocker.workload(
                instance,
                image: image,
                script: RealDocker.polite,
                directories: ["data": directory.path]
            ) { $0.mounts = [Mount(source: .volume(data), target: "/data")] }
            try await engine.createWorkload(spec)
            try FileManager.default.removeItem(atPath: directory.path)
            let error = await #expect(throws: PloyzError.self) { try await engine.startWorkload(instance) }
            #expect(error?.code == .dockerRefused)
            #expect(!FileManager.default.fileExists(atPath: directory.path))
        }
    }

    @Test("A command in the workload gives its exit status; one in a stopped workload is an error")
    func execute() async throws {
        try await RealDocker.with("exec") { engine, instance, image in
            _ = try await engine.startSandbox(try RealDocker.sandbox(instance))
            try await engine.createWorkload(try RealDocker.workload(instance, image: image, script: RealDocker.polite))
            await #expect(throws: PloyzError.self) { try await engine.execute(["/bin/busybox", "true"], in: instance) }
            let running = try await engine.startWorkload(instance)
            #expect(try await engine.execute(["/bin/busybox", "true"], in: instance) == 0)
            #expect(try await engine.execute(["/bin/busybox", "sh", "-c", "echo out; exit 42"], in: instance) == 42)
            #expect(try await engine.execute(["/no/such/program"], in: instance) != 0)

            let long = Task { try await engine.execute(["/bin/busybox", "sleep", "3000"], in: instance) }
            let group = try #require(ControlGroup.of(process: running.pid, container: running.id))
            #expect(try await RealDocker.eventually { group.processes().count == 3 })
            long.cancel()
            await #expect(throws: CancellationError.self) { try await long.value }
            #expect(try await RealDocker.eventually { group.processes().count == 2 })
        }
    }

    @Test("Events of start, death and removal arrive, also those from before the connection stood")
    func events() async throws {
        try await RealDocker.with("events") { engine, instance, image in
            let stream = engine.events()
            _ = try await engine.startSandbox(try RealDocker.sandbox(instance))
            try await engine.createWorkload(try RealDocker.workload(instance, image: image, script: RealDocker.polite))
            _ = try await engine.startWorkload(instance)
            try await engine.stopWorkload(instance, grace: .seconds(10))
            try await engine.removeWorkload(instance)
            var seen: [ContainerEvent] = []
            for try await event in stream where event.instance == instance {
                seen.append(event)
                if seen.count == 4 { break }
            }
            #expect(
                seen == [
                    ContainerEvent(instance: instance, role: .sandbox, kind: .started),
                    ContainerEvent(instance: instance, role: .workload, kind: .started),
                    ContainerEvent(instance: instance, role: .workload, kind: .died),
                    ContainerEvent(instance: instance, role: .workload, kind: .removed),
                ]
            )
        }
    }

    @Test("An image leaves and comes back by a pipe with the same ID, and takes no name that is in use")
    func imageTransport() async throws {
        try await RealDocker.with("image") { engine, _, image in
            let directory = try TemporaryDirectory("image")
            let path = directory.path + "/archive"
            let file = try SystemPackage.FileDescriptor.open(
                FilePath(path),
                .readWrite,
                options: .create,
                permissions: .ownerReadWrite
            )
            try await engine.exportImage(image, to: file)
            let tag = try await engine.ensureSandboxImage()
            let delete = DockerCall(.delete, "images", image, query: [("force", "true")])
            try await engine.docker.send(delete, within: .seconds(30)).expect(200, doing: "delete")
            #expect(try await engine.imageID(image) == nil)
            let missing = await #expect(throws: PloyzError.self) { try await engine.exportImage(image, to: file) }
            #expect(missing?.code == ErrorCode("image-missing", exitStatus: 1))

            try file.seek(offset: 0, from: .start)
            try await engine.importImage(image, from: file, reference: tag)
            #expect(try await engine.imageID(image) == image)
            #expect(try await engine.imageID(tag) == image)

            try file.seek(offset: 0, from: .start)
            let other = "sha256:" + String(repeating: "0", count: 64)
            let differs = await #expect(throws: PloyzError.self) { try await engine.importImage(other, from: file) }
            #expect(differs?.code == .imageDiffers)
            try file.close()
        }
    }

    @Test("Pull policies: what is here is not fetched, what nobody has is an error")
    func pullPolicies() async throws {
        try await RealDocker.with("pull") { engine, _, image in
            let tag = try await engine.ensureSandboxImage()
            #expect(try await engine.ensureImage(tag, policy: .missing) == image)
            #expect(try await engine.ensureImage(tag, policy: .never) == image)
            #expect(try await engine.ensureImage(image, policy: .always) == image)
            let never = await #expect(throws: PloyzError.self) {
                try await engine.ensureImage("ployz/nothing:1", policy: .never)
            }
            #expect(never?.code == ErrorCode("image-missing", exitStatus: 1))
            // Port 1 of this machine: nothing listens there, and no other machine is asked.
            let failed = await #expect(throws: PloyzError.self) {
                try await engine.ensureImage("localhost:1/nothing", policy: .missing)
            }
            #expect(failed?.code == .imagePullFailed)
        }
    }

    @Test("The daemon says what it is")
    func facts() async throws {
        try await RealDocker.with("facts") { engine, _, _ in
            let architecture = try await engine.architecture()
            #expect(["x86_64", "aarch64"].contains(architecture))
            let version = try await engine.version()
            #expect(!version.version.isEmpty)
            #expect(["1", "2"].contains(version.cgroupVersion))
        }
    }
}
