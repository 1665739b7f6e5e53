import Foundation
import PloyzAPI
import PloyzMigration
import PloyzModel

extension HostileStage {
    /// Arguments that show m2's own certificate.
    static let own = ["--cert", "\(pki)/machine.crt", "--key", "\(pki)/machine.key"]

    static func forged(_ name: String) -> [String] {
        ["--cert", "\(forged)/\(name).crt", "--key", "\(forged)/key"]
    }

    /// m3's own certificate, carried to another machine.
    static let stolen = ["--cert", "\(forged)/m3.crt", "--key", "\(forged)/m3.key"]

    /// Makes certificates that must be refused, and puts them on m2: `foreign` of another authority with m2's names,
    /// `expired` of the cluster's own, `self` signed by itself; and `m3`, which is good and another machine's.
    func forge() async throws {
        let id = try machine("m2").id.text
        let script = """
            set -e
            rm -rf \(Self.forged) && mkdir -m 700 \(Self.forged) && cd \(Self.forged)
            openssl ecparam -name prime256v1 -genkey -noout -out key 2>/dev/null
            openssl req -new -key key -subj /CN=\(id) -out request
            printf 'subjectAltName=DNS:\(id),DNS:localhost\\n' >names
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt \
                -subj /CN=hostile -days 2 2>/dev/null
            openssl x509 -req -in request -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names \
                -out foreign.crt 2>/dev/null
            openssl x509 -req -in request -signkey key -days 2 -extfile names -out self.crt 2>/dev/null
            cat request
            """
        let request = try await lab.run("m2", ["sh", "-c", script]).succeeded()
        // Only the founder has the authority's key; a thief of yesterday has a certificate of yesterday.
        let sign = """
            set -e
            cd "$(mktemp -d)" && cat >request && touch index.txt && echo 4711 >serial
            printf '[ca]\\ndefault_ca=a\\n[a]\\ndatabase=index.txt\\nserial=serial\\nnew_certs_dir=.\\n' >configuration
            printf 'default_md=sha256\\npolicy=p\\nx509_extensions=e\\n[p]\\ncommonName=supplied\\n' >>configuration
            printf '[e]\\nsubjectAltName=DNS:\(id),DNS:localhost\\n' >>configuration
            openssl ca -batch -config configuration -in request -cert \(Self.pki)/authority.crt \
                -keyfile \(Self.pki)/authority.key -startdate 20200101000000Z -enddate 20200102000000Z \
                -notext -out expired.crt 2>log || { cat log >&2; exit 1; }
            cat expired.crt
            """
        let expired = try await lab.run("m1", ["sh", "-c", sign], input: request.output).succeeded()
        try await put(expired.output, at: "expired.crt")
        let other = try await lab.run("m3", ["cat", "\(Self.pki)/machine.crt"]).succeeded()
        try await put(other.output, at: "m3.crt")
        try await put(lab.run("m3", ["cat", "\(Self.pki)/machine.key"]).succeeded().output, at: "m3.key")
    }

    private func put(_ bytes: Data, at name: String) async throws {
        try await lab.run("m2", ["sh", "-c", "cat >\(Self.forged)/\(name)"], input: bytes).succeeded()
    }

    func machine(_ name: String) throws -> MachineSummary {
        guard let place = places[name] else { throw ScenarioFailure("there is no machine \(name)") }
        return place
    }

    // MARK: Tokens

    /// The secret of a new invitation, in hexadecimal as the join API takes it.
    func invitation(_ options: [String] = []) async throws -> String {
        let token = try await lab.document(Invite.self, "m1", ["machine", "invite", "create"] + options).token
        var text = token.split(separator: ".").last.map(String.init) ?? ""
        text = text.replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        struct Content: Decodable { let secret: Data }
        guard let data = Data(base64Encoded: text) else { throw ScenarioFailure("the token cannot be read") }
        return try JSONDecoder().decode(Content.self, from: data).secret
            .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// A request to join as the join API takes it.
    func joinRequest(secret: String, name: String = "stranger", endpoint: String = "192.0.2.9:51820") async throws
        -> String
    {
        let script = """
            openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj /CN=x 2>/dev/null
            """
        let request = AdmissionRequest(
            secret: secret,
            name: try MachineName("stranger"),
            wireguardKey: Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString(),
            endpoints: [endpoint],
            signingRequest: try await lab.run("m2", ["sh", "-c", script]).succeeded().text,
            storage: nil
        )
        // A name that is none cannot be made here.
        return String(decoding: try JSON.encode(request), as: UTF8.self)
            .replacing("\"stranger\"", with: "\"\(name)\"")
    }

    func join(_ request: String, times: Int = 1, letPast: String = "") async throws -> Attempt {
        let own = outsiders.next()
        try await lab.command(["outside", "--", "ip", "address", "replace", "\(own)/24", "dev", "br0"]).succeeded()
        let connection = ["call", Self.underlay, "4317", "--tls", "--own", own]
        let call = connection + ["--body", request, "--times", String(times)]
        return try await `try`(.outsider, call + (letPast.isEmpty ? [] : ["--let-past", letPast]))
    }

    /// Takes a machine that joined in the course of an attempt out of the store again.
    func forget(_ name: String = "stranger") async throws {
        let script = """
            id=$(\(Self.etcd) get --print-value-only /ployz/1/machine-names/\(name) | tr -d '"')
            [ -n "$id" ] || exit 0
            subnet=$(\(Self.etcd) get --print-value-only /ployz/1/machines/$id | jq -r .subnet)
            \(Self.etcd) del /ployz/1/machine-names/\(name)
            \(Self.etcd) del /ployz/1/machines/$id
            \(Self.etcd) get --keys-only --prefix /ployz/1/subnets/ | grep -F "${subnet%/*}" | xargs -r \(Self.etcd) del
            """
        try await store(script)
    }

    /// A script that may use m1's own credentials for the store.
    @discardableResult
    func store(_ script: String) async throws -> String {
        let environment = """
            export ETCDCTL_API=3 ETCDCTL_ENDPOINTS='https://[\(m1)]:2379' ETCDCTL_CACERT=\(Self.pki)/ca.crt
            export ETCDCTL_CERT=\(Self.pki)/machine.crt ETCDCTL_KEY=\(Self.pki)/machine.key
            """
        return try await lab.run("m1", ["sh", "-c", environment + "\n" + script]).succeeded().text
    }

    static let etcd = "etcdctl"

    // MARK: Tickets

    /// A ticket for an image's stream to m1, which m1 gives out to m2 as a member.
    func ticket() async throws -> String {
        var generator = SystemRandomNumberGenerator()
        let request = TicketRequest(
            id: AttemptID(operation: OperationID(using: &generator), attempt: 1),
            content: .image("sha256:" + String(repeating: "0", count: 64))
        )
        let body = String(decoding: try JSON.encode(request), as: UTF8.self)
        let path = ["curl", "--silent", "--max-time", "10", "--insecure", "--data", body]
        let credentials = ["--cert", "\(Self.pki)/machine.crt", "--key", "\(Self.pki)/machine.key"]
        let answer = try await lab.run("m2", path + credentials + ["https://[\(m1)]:4318/v1/peer/ticket"]).succeeded()
        return try JSON.decode(TransferTicket.self, from: answer.output).secret
    }

    /// Shows a ticket with a stream that is none.
    func redeem(_ secret: String, by stranger: Stranger = .removed) async throws -> Attempt {
        let stream = Data("no stream".utf8).base64EncodedString()
        return try await `try`(stranger, ["ticket", m1, "4319", "--secret", secret, "--stream", stream])
    }
}
