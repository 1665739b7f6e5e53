/// Something that is counted or measured again and again, and what may become of it.
package struct SoakFigure: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// What a daemon uses while nothing happens: the fitted line may rise by less than
        /// ``SoakTrend/limit`` in 100 moves.
        case use
        /// What moves could leave behind: afterwards there is not more of it than before.
        case leftover
        /// Told, and judged by nobody.
        case told
    }

    package let name: String
    package let kind: Kind
    /// As it is printed behind the number: `KiB`, or nothing.
    package let unit: String

    package init(_ name: String, _ kind: Kind, unit: String = "") {
        self.name = name
        self.kind = kind
        self.unit = unit
    }
}
