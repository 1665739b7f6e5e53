import Foundation

extension FaultCase {
    /// F02, F05 to F07, and strangers at the ports: damaged streams, tickets that are replayed or too old, wrong certificates.
    static var streams: [FaultCase] {
        [
            FaultCase(
                "F02",
                "both",
                "pruners on both machines destroy what they can, during a first send and on the way back",
                ending: .migrated
            )
            .with {
                $0.isFirstSend = true
                $0.arrange = [.run(.source, pruner()), .run(.target, pruner())]
                $0.tidying = [
                    .other("the way back sends only what changed") { play in
                        try await play.stage.lab.move(play.stage.shop.service, to: play.source)
                        try await play.expectSent(below: 4 << 20)
                    },
                    .run(.source, endOfPruner), .run(.target, endOfPruner),
                ]
                $0.whenFailed = [.run(.source, endOfPruner), .run(.target, endOfPruner)]
            },
            FaultCase("F05", "bit", "one bit of a stream is flipped on its way", ending: .migrated).with {
                $0.fresh = 8
                $0.arrange = [.run(.target, proxy("--flip 5000000"))]
                $0.afterwards = [.run(.target, "grep -q damaged /tmp/proxy.log"), .run(.target, endOfProxy)]
                $0.isRepresentative = true
            },
            FaultCase("F06", "edge", "a stream ends in good order, exactly between two records", ending: .migrated).with
            {
                $0.fresh = 8
                $0.arrange = [.run(.target, proxy("--truncate 5000000"))]
                $0.afterwards = [.run(.target, "grep -q damaged /tmp/proxy.log"), .run(.target, endOfProxy)]

            },
            FaultCase("F07", "receive", "zfs receive is killed in the middle of a send", ending: .migrated).with {
                $0.fresh = 16
                $0.arrange = [.limit(80)]
                $0.moment = .sent(50)
                $0.strike = [.run(.target, "pkill -KILL -f '[z]fs receive .*tank'"), .goOn]
                $0.afterwards = [.run(.source, "! pgrep -f '[z]fs send'"), .run(.target, "! pgrep -f '[z]fs receive'")]
                $0.isRepresentative = true
            },
            FaultCase(
                "TICKET",
                "replayed",
                "a ticket that was used, and one that was taken back, are presented again",
                ending: .migrated
            )
            .with {
                $0.fresh = 4
                $0.arrange = [.run(.target, proxy("--swallow"))]
                $0.afterwards = [
                    .run(.target, endOfProxy),
                    .other("both are refused, and nothing is received") { try await $0.replayTickets() },
                ]
                $0.isRepresentative = true
            },
            FaultCase("TICKET", "expired", "the same when they have expired", ending: .migrated).with {
                $0.fresh = 4
                $0.arrange = [.run(.target, proxy("--swallow"))]
                $0.afterwards = [
                    .run(.target, endOfProxy), .last(125),
                    .other("both are refused, and nothing is received") { try await $0.replayTickets() },
                ]
            },
            FaultCase(
                "CERT",
                "wrong",
                "orders come without a certificate, and with one that nobody signed",
                ending: .migrated
            ).with {
                $0.strike = [.other("no order is taken") { try await $0.orderWithWrongCertificates() }]
                $0.isRepresentative = true
            },
        ]
    }

    /// Destroys all snapshots of the shop's volumes that no hold keeps, once a second, and takes one of `dataset`.
    static func pruner(takingSnapshotsOf dataset: String? = nil) -> String {
        let decoy = dataset.map { "zfs snapshot \($0)@decoy-$(date +%s%N)" } ?? ":"
        return """
            setsid --fork sh -c '
                echo $$ >/run/pruner
                for second in $(seq 900); do
                    for snapshot in $(zfs list -H -r -t snapshot -o name tank/ployz/shop); do zfs destroy "$snapshot"; done
                    \(decoy)
                    sleep 1
                done' </dev/null >/dev/null 2>&1
            """
    }

    static let endOfPruner = """
        [ -e /run/pruner ] || exit 0
        kill "$(cat /run/pruner)"
        timeout 20 tail --pid="$(cat /run/pruner)" -f /dev/null
        rm /run/pruner
        """

    /// Connections to the stream's port are handed on by a proxy in the target, which does what `options` say.
    private static func proxy(_ options: String) -> String {
        """
        set -e
        rm -f /tmp/secrets /tmp/proxy.log
        setsid --fork lab-probe proxy --listen 14319 --to "[$(\(managementAddress))]:4319" --secrets /tmp/secrets \
            \(options) >/tmp/proxy.log 2>&1 </dev/null
        nft add table inet proxy
        nft add chain inet proxy in '{ type nat hook prerouting priority -100; }'
        nft add rule inet proxy in iifname wg-ployz tcp dport 4319 redirect to :14319
        until ss --listening --tcp --numeric | grep -q :14319; do sleep 0.05; done
        """
    }

    private static let endOfProxy = "pkill -f '[l]ab-probe proxy'; nft delete table inet proxy"

    /// Prints the machine's own management address.
    static let managementAddress =
        "ip -6 -o address show dev wg-ployz scope global | sed -n 's/.*inet6 \\([^/]*\\).*/\\1/p' | head -n 1"
}

extension FaultPlay {
    /// Presents every ticket that the proxy on the target wrote down, from the source.
    fileprivate func replayTickets() async throws {
        let lab = stage.lab
        let address = try await managementAddress(of: target)
        let secrets = try await lab.run(target, ["cat", "/tmp/secrets"]).succeeded().text.split(separator: "\n")
        guard secrets.count > 1 else { throw ScenarioFailure("the proxy saw \(secrets.count) tickets") }
        let before = try await snapshots(of: target)
        for secret in secrets {
            let present = ["lab-probe", "present", "--to", "[\(address)]:4319", String(secret)]
            let answer = try await lab.run(source, present).succeeded().text
            guard answer.contains("ticket-refused") else {
                throw ScenarioFailure("a ticket that was used or taken back was answered: \(answer)")
            }
        }
        guard try await snapshots(of: target) == before else { throw ScenarioFailure("snapshots came or went") }
    }

    private func snapshots(of machine: String) async throws -> String {
        try await stage.lab.run(machine, ["zfs", "list", "-H", "-t", "snapshot", "-o", "name"]).succeeded().text
    }

    private func managementAddress(of machine: String) async throws -> String {
        try await stage.lab.run(machine, ["sh", "-c", FaultCase.managementAddress]).succeeded().text
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// From the target, orders the source's daemon to discard something: with the machine's own certificate, which is
    /// heard, without one, and with one of the same name that the machine signed itself.
    fileprivate func orderWithWrongCertificates() async throws {
        let address = try await managementAddress(of: source)
        let script = """
            cd /var/lib/ployz/pki
            subject=$(openssl x509 -in machine.crt -noout -subject -nameopt compat | sed 's/^subject=//; s/^ *//')
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "/${subject#/}" \
                -keyout /tmp/wrong.key -out /tmp/wrong.crt 2>/dev/null
            order() {
                printf 'POST /v1/peer/discard HTTP/1.1\\r\\nhost: x\\r\\ncontent-length: 2\\r\\nconnection: close\\r\\n\\r\\n{}' |
                    timeout 5 openssl s_client -quiet -connect "[\(address)]:4318" "$@" 2>/dev/null | grep -a -o 'HTTP/1.1 [0-9]*'
            }
            echo "own: $(order -cert machine.crt -key machine.key)"
            echo "none: $(order)"
            echo "wrong: $(order -cert /tmp/wrong.crt -key /tmp/wrong.key)"
            """
        let answers = try await stage.lab.run(target, ["sh", "-c", script]).succeeded().text
        guard answers.contains("own: HTTP/1.1"), answers.contains("none: \n"), answers.contains("wrong: \n") else {
            throw ScenarioFailure("orders were answered:\n\(answers)")
        }
    }
}
