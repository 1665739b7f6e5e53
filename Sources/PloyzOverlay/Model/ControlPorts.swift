/// The TCP ports at which machines speak to each other, and which nobody else has business with.
package struct ControlPorts: Hashable, Sendable {
    /// On the underlay: machines that join.
    package var join: Int
    /// The others are on the management address alone: daemons, volumes and images, the store, its members.
    package var api: Int
    package var stream: Int
    package var store: Int
    package var storePeer: Int

    package init(join: Int = 4317, api: Int = 4318, stream: Int = 4319, store: Int = 2379, storePeer: Int = 2380) {
        self.join = join
        self.api = api
        self.stream = stream
        self.store = store
        self.storePeer = storePeer
    }

    /// Those of the management address.
    var betweenMachines: Set<Int> { [api, stream, store, storePeer] }
}
