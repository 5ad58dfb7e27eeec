import HTTPTypes

/// The head of an answer.
package struct RelayedHead: Sendable {
    package var status: Int
    private let fields: HTTPFields

    init(_ head: HTTPResponse) { (status, fields) = (head.status.code, head.headerFields) }

    package subscript(name: String) -> String? { HTTPField.Name(name).flatMap { fields[$0] } }
}
