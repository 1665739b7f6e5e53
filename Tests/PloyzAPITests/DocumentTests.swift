import Foundation
import PloyzAPI
import PloyzAPITestSupport
import PloyzMigration
import PloyzModel
import Testing

@Suite("Published documents")
struct DocumentTests {
    @Test("No value of a container's environment is published")
    func secrets() throws {
        let documents: [any Document] = [Samples.preview, Samples.detail, Samples.migrations] + Samples.notices
        for document in documents {
            #expect(!String(decoding: try DocumentForm.encode(document), as: UTF8.self).contains("not to be published"))
        }
    }

    @Test("Keys are snake_case, at every depth")
    func keys() throws {
        for document in [Samples.detail, Samples.mesh, Samples.status, Samples.endedDrain] as [any Document] {
            let tree = try JSONSerialization.jsonObject(with: try DocumentForm.encode(document))
            for key in Self.keys(of: tree) { #expect(key == key.lowercased(), "\(key)") }
        }
    }

    @Test(
        "A date is written as it was read, however far away",
        arguments: ["4052-11-26T06:10:58.838Z", "2026-11-26T06:10:58.001Z", "2026-11-26T06:10:58Z"]
    )
    func dates(text: String) throws {
        let json = Data(#"{"expires_at":"\#(text)","token":"x"}"#.utf8)
        #expect(try DocumentForm.encode(DocumentForm.decode(Invite.self, from: json)) == json)
    }

    @Test("A report tells the way back, the rounds and the bytes of each volume")
    func report() throws {
        let report = try #require(MigrationReport(Samples.migrated))
        #expect(report.goBack == "ployzctl migrate apply shop/redis --to m1")
        #expect(report.previousCopies == Samples.m1)
        #expect(report.address == Samples.address)
        #expect(report.volumes.map(\.rounds) == [2, 2])
        #expect(report.volumes[0].lastDelta == ByteCount(150 << 10))
        #expect(report.exitStatus == 0)
        #expect(report.totalTime == .milliseconds(9000))
    }

    @Test("A migration that failed has no way back to tell, and its error")
    func failedReport() throws {
        let report = try #require(MigrationReport(Samples.failed))
        #expect(report.goBack == nil)
        #expect(report.previousCopies == nil)
        #expect(report.error?.error == Samples.notReady)
        #expect(report.exitStatus == 1)
    }

    @Test("Steps are done, running, failed or undone")
    func steps() {
        func statuses(_ record: OperationRecord) -> [String] { MigrationStep.steps(of: record).map(\.status.rawValue) }
        let never = "not-reached"
        #expect(statuses(Samples.migrated) == Array(repeating: "done", count: 6))
        #expect(statuses(Samples.running) == ["done", "running", never, never, never, never])
        #expect(statuses(Samples.failed) == ["undone", "undone", "failed", never, never, never])
    }

    private static func keys(of tree: Any) -> [String] {
        switch tree {
        case let object as [String: Any]: object.flatMap { [$0.key] + keys(of: $0.value) }
        case let array as [Any]: array.flatMap(keys)
        default: []
        }
    }
}
