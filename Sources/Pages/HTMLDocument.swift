/// A page in one file that needs nothing else: no script, no font, no picture, no other resource. The policy in its head tells
/// the browser so, and permits only this one style sheet.
package struct HTMLDocument {
    package var title: String
    package var body: String

    package init(title: String, body: String) { (self.title, self.body) = (title, body) }

    /// The content security policy, which tells a browser what the page may load.
    package static let policy =
        "default-src 'none'; style-src 'sha256-\(HTMLStyle.digest)'; base-uri 'none'; form-action 'none'"

    package var text: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <title>\(HTML.escaped(title))</title>
        <style>\(HTMLStyle.text)</style>
        </head>
        <body>
        <main>
        <h1>\(HTML.escaped(title))</h1>
        \(body)
        </main>
        </body>
        </html>

        """
    }
}
