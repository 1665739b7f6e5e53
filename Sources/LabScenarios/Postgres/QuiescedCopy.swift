import Foundation

/// The last snapshot of a move, as one machine has it: taken after the workload had stopped, and looked at through a clone.
package struct QuiescedCopy: Sendable {
    package let machine: String
    /// `lab-probe tree-hash` of it.
    package let hash: String
    /// Its blocks, each with its file and place, and the bytes of each.
    package let blocks: [Substring: Int]

    /// Bytes of a block: the largest that a dataset has unless it was told otherwise.
    private static let block = 131_072

    /// Bytes in blocks that the older copy does not have.
    package func changed(since older: QuiescedCopy) -> Int {
        blocks.reduce(0) { older.blocks[$1.key] == nil ? $0 + $1.value : $0 }
    }

    /// - Parameters:
    ///   - dataset: the volume's.
    ///   - look: what else is to be done with the copy; it gets the path at which it is mounted.
    static func read(
        _ lab: Lab,
        on machine: String,
        dataset: String,
        snapshot: Substring,
        look: (String) async throws -> Void = { _ in }
    ) async throws -> QuiescedCopy {
        let pool = dataset.prefix { $0 != "/" }
        let clone = "\(pool)/lab-copy"
        let path = "/mnt/lab-copy"
        func run(_ arguments: [String]) async throws -> ProgramResult {
            try await lab.run(machine, arguments, within: PostgresService.patience)
        }
        try await run(["zfs", "clone", "-o", "mountpoint=\(path)", "\(dataset)@\(snapshot)", clone]).succeeded()
        do {
            let hash = try await run(["lab-probe", "tree-hash", path]).succeeded().text
            let list = try await run(["lab-probe", "tree-blocks", "--block", String(block), path]).succeeded().text
            try await look(path)
            try await remove(clone, lab, machine)
            return QuiescedCopy(
                machine: machine,
                hash: hash.trimmingCharacters(in: .whitespacesAndNewlines),
                blocks: blocks(in: list)
            )
        } catch {
            try? await remove(clone, lab, machine)
            throw error
        }
    }

    /// zfs-fuse says "busy" for a while after a mount.
    private static func remove(_ clone: String, _ lab: Lab, _ machine: String) async throws {
        try await lab.wait(for: "\(clone) on \(machine) to be destroyed", within: 600) {
            try await lab.run(machine, ["zfs", "destroy", clone], within: PostgresService.patience).status == 0
        }
    }

    /// Lines of hash, bytes, index and file.
    private static func blocks(in list: String) -> [Substring: Int] {
        var blocks: [Substring: Int] = [:]
        for line in list.split(separator: "\n") {
            blocks[line] = line.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) }
        }
        return blocks
    }

    /// The newest snapshot of the dataset on the source, which has not been mounted since; the target must have it too.
    ///
    /// - Throws: ``ScenarioFailure`` when the target has it not.
    static func lastSnapshot(_ lab: Lab, of dataset: String, source: String, target: String) async throws -> Substring {
        // Snapshots come in the order in which they were taken, between the dataset itself and its bookmarks. `zfs list` of
        // zfs-fuse has no GUID.
        let list = ["zfs", "get", "-H", "-p", "-r", "-o", "name,value", "guid", dataset]
        let left = try await lab.run(source, list, within: PostgresService.patience).succeeded().text
        let right = try await lab.run(target, list, within: PostgresService.patience).succeeded().text
        guard let last = left.split(separator: "\n").last(where: { $0.contains("@") }),
            right.split(separator: "\n").contains(last),
            let name = last.split(separator: "\t").first?.split(separator: "@").dropFirst().last
        else {
            throw ScenarioFailure(
                "\(target) has not the last snapshot of \(dataset) that \(source) has:\n\(left)\(right)"
            )
        }
        return name
    }
}
