package import Foundation

/// The certificates that the authority has made for a machine and that have not ended: what is revoked when it leaves.
package struct IssuedCertificates: Codable, Hashable, Sendable {
    package struct Certificate: Codable, Hashable, Sendable {
        /// In hexadecimal.
        package let serial: String
        package let issued: Date
        package let expires: Date

        package init(serial: String, issued: Date, expires: Date) {
            self.serial = serial
            self.issued = issued
            self.expires = expires
        }

        /// Whether less than a quarter of its life is left. It should have been renewed when a third was.
        package func isOverdue(at date: Date) -> Bool {
            expires.timeIntervalSince(date) < expires.timeIntervalSince(issued) / 4
        }
    }

    package let machine: MachineID
    /// In the order in which they were made.
    package private(set) var certificates: [Certificate]

    package init(machine: MachineID, certificates: [Certificate] = []) {
        self.machine = machine
        self.certificates = certificates
    }

    /// The one that ends last; nil when none is known.
    package var current: Certificate? { certificates.max { $0.expires < $1.expires } }

    /// Notes one more and forgets those that have ended at `date`. One that is known already is not noted twice.
    package mutating func add(_ certificate: Certificate, at date: Date) {
        certificates.removeAll { $0.expires < date || $0.serial == certificate.serial }
        certificates.append(certificate)
    }
}
