/// What standard output is for.
package enum OutputFormat: Hashable, Sendable {
    /// Aligned tables and sentences.
    case people
    /// One document, or one event a line.
    case json
    /// Fields separated by tabs.
    case plain
    /// Nothing but errors, on standard error.
    case quiet
}
