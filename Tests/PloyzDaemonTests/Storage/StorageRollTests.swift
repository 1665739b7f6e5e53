import PloyzAPI
import PloyzMigration
import PloyzModel
import Testing

@testable import PloyzDaemon

/// Members are added and removed only while the majority stays safe.
@Suite struct StorageRollTests {
    /// `h` healthy, `d` dead, `l` a learner: m1, m2 and so on.
    private func roll(_ members: String) throws -> StorageRoll {
        StorageRoll(
            entries: try members.enumerated().map { index, kind in
                StorageRoll.Entry(
                    machine: try place(index + 1),
                    member: "\(index + 1)",
                    isLearner: kind == "l",
                    isLeader: index == 0,
                    isHealthy: kind != "d"
                )
            }
        )
    }

    private func place(_ number: Int) throws -> MachinePlace {
        MachinePlace(id: try DeployCluster.id(number), name: try MachineName("m\(number)"))
    }

    @Test(arguments: [(1, 1, 0), (2, 2, 0), (3, 2, 1), (4, 3, 1), (5, 3, 2), (7, 4, 3)])
    func theTableOfTheDocumentationHolds(members: Int, quorum: Int, tolerance: Int) {
        #expect(StorageRoll.quorum(of: members) == quorum)
        #expect(StorageChange.tolerance(of: members) == tolerance)
        #expect(members - quorum == tolerance)
    }

    @Test(arguments: ["h", "hh", "hhh", "hl"])
    func aMemberIsAddedToHealthyOnes(members: String) throws {
        // The learner is the one that is to go on.
        #expect(try roll(members).refusalToAdd(on: place(members.contains("l") ? 2 : 9)) == nil)
    }

    @Test func noneIsAddedWhileOneIsDead() throws {
        #expect(try roll("hdh").refusalToAdd(on: place(4))?.code == .storageUnhealthy)
    }

    @Test func noneIsAddedBesideAnotherLearner() throws {
        let refusal = try roll("hhl").refusalToAdd(on: place(4))
        #expect(refusal?.code == .storageChangeUnfinished)
        #expect(refusal?.message.contains("m3") == true)
    }

    @Test func theLastOneStays() throws {
        #expect(try roll("h").refusalToRemove(from: place(1))?.code == .lastStorageMember)
        #expect(try roll("hl").refusalToRemove(from: place(1))?.code == .lastStorageMember)
    }

    @Test(arguments: [("hhh", 1), ("hhd", 3), ("hh", 2), ("hl", 2), ("hhhhd", 1), ("hhhd", 4)])
    func oneIsRemovedWhenTheOthersAreAMajority(members: String, number: Int) throws {
        #expect(try roll(members).refusalToRemove(from: place(number)) == nil)
    }

    @Test(arguments: [("hhd", 1), ("hhhdd", 1), ("hd", 1)])
    func noneIsRemovedWhenTheOthersWouldBeTooFew(members: String, number: Int) throws {
        #expect(try roll(members).refusalToRemove(from: place(number))?.code == .storageUnhealthy)
    }

    @Test func whoIsNoMemberMayLeave() throws {
        #expect(try roll("hhh").refusalToRemove(from: place(9)) == nil)
    }

    @Test func evenNumbersAreTold() {
        #expect(StorageRoll.notes(members: 3).isEmpty)
        #expect(StorageRoll.notes(members: 4).count == 1)
    }
}
