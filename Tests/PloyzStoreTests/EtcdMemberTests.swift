import PloyzModel
import PloyzStore
import Testing

struct EtcdMemberTests {
    private let credentials = StoreCredentials(
        certificatePath: "/s/m.crt",
        keyPath: "/s/m.key",
        authorityPath: "/s/ca.crt"
    )

    @Test func theFoundersCommandListensOnTheManagementAddressOnly() throws {
        #expect(
            try member(.founding).command == [
                "etcd",
                "--name=m-0000000000000001",
                "--data-dir=/var/lib/ployz/etcd",
                "--listen-client-urls=https://[fd00::1]:2379",
                "--advertise-client-urls=https://[fd00::1]:2379",
                "--listen-peer-urls=https://[fd00::1]:2380",
                "--initial-advertise-peer-urls=https://[fd00::1]:2380",
                "--initial-cluster=m-0000000000000001=https://[fd00::1]:2380",
                "--initial-cluster-state=new",
                "--initial-cluster-token=c-00000000000000ff",
                "--client-cert-auth",
                "--trusted-ca-file=/s/ca.crt",
                "--cert-file=/s/m.crt",
                "--key-file=/s/m.key",
                "--peer-client-cert-auth",
                "--peer-trusted-ca-file=/s/ca.crt",
                "--peer-cert-file=/s/m.crt",
                "--peer-key-file=/s/m.key",
                "--auto-compaction-mode=periodic",
                "--auto-compaction-retention=1h",
                "--quota-backend-bytes=536870912",
                "--max-txn-ops=128",
                "--experimental-watch-progress-notify-interval=5s",
                "--logger=zap",
                "--log-level=warn",
                "--log-outputs=stderr",
            ]
        )
    }

    @Test func aJoiningMemberNamesTheOthersInOrder() throws {
        let others = [try MachineID("m-0000000000000002"): "fd00::2", try MachineID("m-0000000000000001"): "fd00::1"]
        let command = try member(.joining(others)).command
        #expect(command.contains("--initial-cluster-state=existing"))
        #expect(
            command.contains(
                "--initial-cluster=m-0000000000000001=https://[fd00::1]:2380,m-0000000000000002=https://[fd00::2]:2380"
            )
        )
    }

    @Test func aListOfRevocationsIsReadForClientsAndForMembers() throws {
        let member = EtcdMember(
            machine: try MachineID("m-0000000000000001"),
            cluster: try ClusterID("c-00000000000000ff"),
            managementAddress: "fd00::1",
            dataDirectory: "/var/lib/ployz/etcd",
            credentials: credentials,
            beginning: .founding,
            revocationListPath: "/s/revoked.crl"
        )
        #expect(member.command.suffix(2) == ["--client-crl-file=/s/revoked.crl", "--peer-crl-file=/s/revoked.crl"])
    }

    private func member(_ beginning: EtcdMember.Beginning) throws -> EtcdMember {
        EtcdMember(
            machine: try MachineID("m-0000000000000001"),
            cluster: try ClusterID("c-00000000000000ff"),
            managementAddress: "fd00::1",
            dataDirectory: "/var/lib/ployz/etcd",
            credentials: credentials,
            beginning: beginning
        )
    }
}
