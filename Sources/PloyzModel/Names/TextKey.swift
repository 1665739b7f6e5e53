/// A key of a JSON object, for dictionaries whose keys are names: without it they would be arrays in random order.
package struct TextKey: CodingKey {
    package let stringValue: String
    package var intValue: Int? { nil }

    package init(stringValue: String) { self.stringValue = stringValue }
    package init?(intValue: Int) { nil }
}

extension Label: CodingKeyRepresentable {
    package var codingKey: any CodingKey { TextKey(stringValue: text) }
    package init?(codingKey: some CodingKey) { try? self.init(codingKey.stringValue) }
}

extension InstanceRef: CodingKeyRepresentable {
    package var codingKey: any CodingKey { TextKey(stringValue: description) }
    package init?(codingKey: some CodingKey) { try? self.init(codingKey.stringValue) }
}

extension VolumeRef: CodingKeyRepresentable {
    package var codingKey: any CodingKey { TextKey(stringValue: description) }
    package init?(codingKey: some CodingKey) { try? self.init(codingKey.stringValue) }
}
