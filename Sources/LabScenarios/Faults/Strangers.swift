/// Things on each machine that are not ours: a dataset with a snapshot and a hold, a container, an image, a table of
/// firewall rules, a route; and snapshots with holds on our own datasets, of one name and different GUIDs on the two sides.
enum Strangers {
    private static let script = """
        set -e
        zfs list tank/foreign >/dev/null 2>&1 || {
            zfs create tank/foreign
            echo something >/mnt/tank/foreign/file
            zfs snapshot tank/foreign@foreign
            zfs hold foreign tank/foreign@foreign
        }
        docker image inspect foreign:latest >/dev/null 2>&1 || docker tag "$IMAGE" foreign:latest
        docker inspect foreign >/dev/null 2>&1 ||
            docker run --detach --name foreign --network none --entrypoint /bin/sh foreign:latest -c 'exec sleep 100000' >/dev/null
        nft list table inet foreign >/dev/null 2>&1 || {
            nft add table inet foreign
            nft add chain inet foreign forward '{ type filter hook forward priority 5; policy accept; }'
            nft add rule inet foreign forward ip daddr 203.0.113.7 drop
        }
        ip route show 203.0.113.0/24 | grep -q . || ip route add 203.0.113.0/24 via 192.168.90.1 dev eth0
        """

    /// On the datasets that are mounted here.
    private static let snapshots = """
        set -e
        for dataset in tank/ployz/shop/data tank/ployz/shop/blob; do
            zfs list "$dataset@foreign" >/dev/null 2>&1 || {
                zfs snapshot "$dataset@foreign"
                zfs hold foreign "$dataset@foreign"
            }
        done
        """

    /// Puts them there, those that are missing; a power loss takes routes and rules away.
    static func plant(_ shop: Shop, on machine: String) async throws {
        try await shop.lab.run(machine, ["env", "IMAGE=\(shop.image)", "sh", "-c", script]).succeeded()
    }

    /// Puts snapshots on our own datasets, on the machine where they are live.
    static func plantSnapshots(_ shop: Shop, on machine: String) async throws {
        try await shop.lab.run(machine, ["sh", "-c", snapshots]).succeeded()
    }
}
