package import PloyzModel

/// What `zfs get -Hp -s local -o property,value all` prints: a property and its value on a line.
package enum LocalProperties {
    /// Lines of two fields. A user property's value may itself hold tabs and line breaks: what is left of such a one is not
    /// a property's name.
    static func lines(_ text: String) -> [(name: String, value: String)] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count == 2 else { return nil }
            return (String(fields[0]), String(fields[1]))
        }
    }

    /// Those that move with a volume. What cannot be carried, a user property with a long value for example, stays.
    package static func settings(_ text: String) -> VolumeSettings {
        var values: [String: String] = [:]
        var users = 0
        for (name, value) in lines(text).sorted(by: { $0.name < $1.name })
        where VolumeSettings.isCarried(name) && VolumeSettings.isValid(value, of: name) {
            if name == VolumeSettings.limit, value == "0" { continue }
            if name.contains(":") { users += 1 }
            guard users <= VolumeSettings.userLimit || !name.contains(":") else { continue }
            values[name] = value
        }
        return (try? VolumeSettings(values)) ?? .none
    }
}
