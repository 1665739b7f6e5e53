import Foundation
import Testing

@testable import PloyzOverlay

@Suite struct FirewallTests {
    private let rules = ForwardRules(bridge: .bridge, wireguard: .wireguard)

    private let own = """
        :PLOYZ-FORWARD - [0:0]
        -A PLOYZ-FORWARD -i br-ployz -j ACCEPT
        -A PLOYZ-FORWARD -i wg-ployz -o br-ployz -j ACCEPT
        -A PLOYZ-FORWARD -i wg-ployz -o ployz-park -j ACCEPT
        -A PLOYZ-FORWARD -i ployz-unpark -j ACCEPT
        -A PLOYZ-FORWARD -o br-ployz -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        """

    private func saved(_ policy: String, _ lines: String...) -> String {
        (["*filter", ":INPUT ACCEPT [0:0]", ":FORWARD \(policy) [4:336]", ":OUTPUT ACCEPT [0:0]"] + lines + ["COMMIT"])
            .joined(separator: "\n")
    }

    private func repaired(_ edits: String...) -> String {
        (["*filter", own] + edits + ["COMMIT", ""]).joined(separator: "\n")
    }

    @Test func whereNothingDropsForwardsNothingIsDone() {
        #expect(rules.repair("") == nil)
        #expect(rules.repair(saved("ACCEPT")) == nil)
    }

    @Test func dockersChainGetsOneTaggedJump() {
        let docker = saved("DROP", ":DOCKER-USER - [0:0]", "-A FORWARD -j DOCKER-USER", "-A DOCKER-USER -j RETURN")
        #expect(rules.repair(docker) == repaired("-I DOCKER-USER 1 -m comment --comment ployz -j PLOYZ-FORWARD"))
    }

    @Test func withoutDockerADroppingForwardChainGetsIt() {
        #expect(rules.repair(saved("DROP")) == repaired("-I FORWARD 1 -m comment --comment ployz -j PLOYZ-FORWARD"))
    }

    @Test func whatIsRightIsLeftAlone() {
        let jump = "-A DOCKER-USER -m comment --comment ployz -j PLOYZ-FORWARD"
        #expect(rules.repair(saved("DROP", ":DOCKER-USER - [0:0]", own, jump, "-A DOCKER-USER -j RETURN")) == nil)
    }

    @Test func theJumpMovesWhenDockerComes() {
        let jump = "-A FORWARD -m comment --comment ployz -j PLOYZ-FORWARD"
        #expect(
            rules.repair(saved("DROP", ":DOCKER-USER - [0:0]", own, "-A FORWARD -j DOCKER-USER", jump))
                == repaired(
                    "-I DOCKER-USER 1 -m comment --comment ployz -j PLOYZ-FORWARD",
                    "-D FORWARD -m comment --comment ployz -j PLOYZ-FORWARD"
                )
        )
    }

    @Test func twoJumpsBecomeOneAndAChangedChainIsSetRight() {
        let jump = "-A DOCKER-USER -m comment --comment ployz -j PLOYZ-FORWARD"
        let delete = "-D DOCKER-USER -m comment --comment ployz -j PLOYZ-FORWARD"
        let insert = "-I DOCKER-USER 1 -m comment --comment ployz -j PLOYZ-FORWARD"
        #expect(
            rules.repair(saved("DROP", ":DOCKER-USER - [0:0]", own, jump, jump)) == repaired(delete, delete, insert)
        )
        let other = ":PLOYZ-FORWARD - [0:0]\n-A PLOYZ-FORWARD -j DROP"
        #expect(rules.repair(saved("DROP", ":DOCKER-USER - [0:0]", other, jump)) == repaired())
    }

    @Test func ourTableIsReplacedInOneTransactionAndNoOtherIsNamed() throws {
        let member = try Fixture.member(1)
        let text = NftRuleset.text(Fixture.configuration, member: member, elements: .none)
        #expect(text.hasPrefix("table inet ployz\ndelete table inet ployz\ntable inet ployz {\n"))
        #expect(text.components(separatedBy: "table ").count == 4)
        #expect(text.contains("iifname \"wg-ployz\" oifname \"wg-ployz\" meta l4proto tcp reject with tcp reset"))
        #expect(text.contains("ip saddr 10.101.0.0/16 ip daddr != 10.101.0.0/16 masquerade"))
        #expect(
            NftRuleset.load(Fixture.configuration, member: member, elements: .none).arguments == [
                "-f", "-",
            ]
        )
    }
}
