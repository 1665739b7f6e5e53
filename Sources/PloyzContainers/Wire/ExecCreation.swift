/// The body of `POST /containers/{id}/exec`.
///
/// The output is attached although nobody reads it: so the end of the stream tells the end of the command.
struct ExecCreation: Encodable, Sendable {
    let command: [String]
    let attachStdout = true
    let attachStderr = true

    enum CodingKeys: String, CodingKey {
        case command = "Cmd"
        case attachStdout = "AttachStdout"
        case attachStderr = "AttachStderr"
    }
}

/// The body of `POST /exec/{id}/start`.
struct ExecStart: Encodable, Sendable {
    let detach = false
    let tty = false

    enum CodingKeys: String, CodingKey {
        case detach = "Detach"
        case tty = "Tty"
    }
}
