/// A text that is shown to nobody: not in logs, not in errors, not when a value that holds it is printed.
package struct Secret: Hashable, Sendable, Codable, CustomStringConvertible, CustomReflectable {
    /// For the container engine and the store alone.
    package let text: String

    package init(_ text: String) { self.text = text }

    package init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    package var description: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Names one value that a secret has had. It is random and says nothing of the value: who has the tag can say "as it is",
/// and no more.
package typealias SecretTag = Identifier<SecretTagKind>
package enum SecretTagKind: IdentifierKind { package static let prefix = "s" }

/// The secrets of one service, as the store has them, at a key of their own: records of services, and everything that is
/// made from them (plans, journals, operations, manifests that are rendered), have their tags alone.
package struct SecretsRecord: Codable, Hashable, Sendable {
    package struct Entry: Codable, Hashable, Sendable {
        package let tag: SecretTag
        package let value: Secret

        package init(tag: SecretTag, value: Secret) {
            self.tag = tag
            self.value = value
        }
    }

    package let service: ServiceRef
    /// By the name of the variable.
    package let env: [String: Entry]

    package init(service: ServiceRef, env: [String: Entry]) {
        self.service = service
        self.env = env
    }
}

extension ErrorCode {
    /// The store does not have the value of a secret that a service's record names.
    package static let secretMissing = ErrorCode("secret-missing", exitStatus: 1)
}
