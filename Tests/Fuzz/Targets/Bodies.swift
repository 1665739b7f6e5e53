import Foundation
import PloyzAPI
import PloyzModel

/// Reads what follows a word as a value of the type that the word stands for: a text such as `facts {"unit":…}`.
///
/// Such inputs can be read, and their mutations go into the document.
struct Bodies: Sendable {
    typealias Reader = @Sendable (Data) -> Void

    let readers: [String: Reader]

    func read(_ bytes: [UInt8]) {
        guard let space = bytes.firstIndex(of: UInt8(ascii: " ")),
            let reader = readers[String(decoding: bytes[..<space], as: UTF8.self)]
        else { return }
        reader(Data(bytes[(space + 1)...]))
    }

    /// A value in the form of records. Equal values give equal bytes: what is written, read and written is the same.
    static func record<Value: Codable & Sendable>(
        _ type: Value.Type,
        _ look: @escaping @Sendable (Value) -> Void = { _ in }
    ) -> Reader {
        { data in
            guard let value = try? JSON.decode(type, from: data) else { return }
            look(value)
            let first = claim("a \(type) that was read can be written") { try JSON.encode(value) }
            let again = claim("a written \(type) can be read") { try JSON.decode(type, from: first) }
            let second = claim("it can be written again") { try JSON.encode(again) }
            claim(first == second, "a \(type) has one form: \(String(decoding: first, as: UTF8.self))")
        }
    }

    /// A value in the form of the API's documents.
    static func document<Value: Document>(
        _ type: Value.Type,
        _ look: @escaping @Sendable (Value) -> Void = { _ in }
    ) -> Reader {
        { data in
            guard let value = try? DocumentForm.decode(type, from: data) else { return }
            look(value)
            let first = claim("a \(type) that was read can be written") { try DocumentForm.encode(value) }
            let again = claim("a written \(type) can be read") { try DocumentForm.decode(type, from: first) }
            let second = claim("it can be written again") { try DocumentForm.encode(again) }
            claim(first == second, "a \(type) has one form: \(String(decoding: first, as: UTF8.self))")
        }
    }
}
