/// What an environment variable is set to: a text, `{"secret": text}` or `{"stored": tag}`.
package enum EnvironmentValue: Hashable, Sendable {
    case text(String)
    /// As an operator gives it, and as a container gets it. No record of a service has it.
    case secret(Secret)
    /// The value that the store has by this tag.
    case stored(SecretTag)
}

extension EnvironmentValue: ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) { self = .text(value) }
}

extension EnvironmentValue: Codable {
    private enum Keys: String, CodingKey { case secret, stored }

    package init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            self = .text(text)
            return
        }
        let container = try decoder.container(keyedBy: Keys.self)
        if let tag = try container.decodeIfPresent(SecretTag.self, forKey: .stored) {
            self = .stored(tag)
        } else {
            self = .secret(try container.decode(Secret.self, forKey: .secret))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .text(let text):
            var container = encoder.singleValueContainer()
            try container.encode(text)
        case .secret(let secret):
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(secret, forKey: .secret)
        case .stored(let tag):
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(tag, forKey: .stored)
        }
    }
}
