import PloyzManifest
import PloyzModel

/// Reads a text and says what is wrong with it, one line for each problem.
func problems(
    in text: String,
    as format: DocumentFormat = .toml,
    known: KnownVolumes = .onlyDeclared
) -> [String] {
    do throws(InvalidDocument) {
        _ = try ManifestReader.read(Array(text.utf8), as: format, known: known)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

func manifest(_ text: String, as format: DocumentFormat = .toml) throws -> Manifest {
    try ManifestReader.read(Array(text.utf8), as: format, known: .onlyDeclared)
}

/// The value tree of a text, or the message of the problem.
func tree(_ text: String, as format: DocumentFormat) throws -> DocumentValue {
    try DocumentReader.read(Array(text.utf8), as: format)
}

func refusal(of text: String, as format: DocumentFormat) -> String? {
    do throws(DocumentProblem) {
        _ = try DocumentReader.read(Array(text.utf8), as: format)
        return nil
    } catch {
        return error.description
    }
}

/// Random numbers that are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
