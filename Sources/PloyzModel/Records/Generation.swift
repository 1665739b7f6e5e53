extension UInt64 {
    /// The generation after this one. There is none after the last, which only a record that no daemon wrote can hold: it
    /// stays, and is compared by value all the same.
    package var grown: UInt64 { self == .max ? self : self + 1 }
}
