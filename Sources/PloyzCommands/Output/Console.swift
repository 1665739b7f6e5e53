import Foundation
package import PloyzAPI
package import PloyzModel

/// Where a command's output goes, and in which form.
package struct Console: Sendable {
    package let format: OutputFormat
    let ink: Ink
    private let errorInk: Ink
    private let context: CommandContext

    package init(_ global: GlobalOptions, context: CommandContext) {
        self.init(format: global.format, noColor: global.noColor, context: context)
    }

    /// For failures before the options are known.
    init(wantsJSON: Bool, context: CommandContext) {
        self.init(format: wantsJSON ? .json : .people, noColor: false, context: context)
    }

    private init(format: OutputFormat, noColor: Bool, context: CommandContext) {
        let isWanted = !noColor && (context.environment["NO_COLOR"] ?? "").isEmpty
        self.format = format
        self.ink = Ink(isOn: isWanted && context.isTerminal && format == .people)
        self.errorInk = Ink(isOn: isWanted && context.isErrorTerminal && format != .json)
        self.context = context
    }

    /// Prints the one document that a command ends with.
    package func show(_ document: some Presentable) throws {
        switch format {
        case .people: write(lines: document.lines(ink))
        case .plain: write(lines: document.plainLines)
        case .json: write(lines: [String(decoding: try DocumentForm.encodePretty(document), as: UTF8.self)])
        case .quiet: break
        }
    }

    /// Prints an event as one line of JSON.
    package func event(_ document: some Document) throws {
        write(lines: [String(decoding: try DocumentForm.encode(document), as: UTF8.self)])
    }

    /// Says something beside the output, on standard error.
    package func note(_ text: String) {
        guard format == .people || format == .plain else { return }
        context.write("note: \(text.printable)\n", .error)
    }

    /// Whether somebody at the terminal can be asked.
    var canAsk: Bool { format == .people && context.ask != nil }

    /// The line that was typed as an answer; nil when nobody can be asked.
    func ask(_ question: String) -> String? {
        let lines = question.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }
        return context.ask?(lines.joined(separator: "\n"))
    }

    /// Prints a failure: three lines for each for people, one document for programs.
    package func report(_ error: PloyzError) {
        if format == .json, let document = try? DocumentForm.encode(ErrorDocument(error)) {
            context.write(String(decoding: document, as: UTF8.self) + "\n", .error)
        } else {
            context.write(ErrorText.lines(error, errorInk).map { $0 + "\n" }.joined(), .error)
        }
    }

    /// How a migration's events are drawn.
    package var progress: ProgressDisplay {
        guard format == .people else { return ProgressDisplay(style: .silent, columns: 0, ink: .none) }
        return ProgressDisplay(style: context.isTerminal ? .redrawn : .lines, columns: context.columns, ink: ink)
    }

    package func write(_ text: String) {
        if !text.isEmpty { context.write(text, .output) }
    }

    private func write(lines: [String]) { write(lines.map { $0 + "\n" }.joined()) }
}
