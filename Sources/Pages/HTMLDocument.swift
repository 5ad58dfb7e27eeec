/// A page as one file that needs nothing else: no script, no font, no picture, nothing from anywhere. The policy in its head says so to
/// the browser, and lets in this one style sheet alone.
package struct HTMLDocument {
    package var title: String
    package var body: String

    package init(title: String, body: String) { (self.title, self.body) = (title, body) }

    /// What a browser is told that the page may load.
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
