import ArgumentParser
import LabKit

struct Down: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End everything of a lab and remove every trace of it, whatever state it is in."
    )

    @OptionGroup var options: LabOptions

    @Flag(help: "Every lab on this host.")
    var all = false

    func run() throws {
        for lab in all ? Lab.all().map(Lab.init) : [try options.lab()] {
            try LabLock.hold(lab.paths, removing: true) { try lab.remove() }
        }
    }
}
