/// The help page, which explains the keys.
enum HelpText {
    static let lines = """
        j k, arrows     down, up
        space, PgDn     a screen on, PgUp back; Ctrl f b
        g G, Home End   first, last
        ] [  or } {     next project, project before
        l h, → ←        unfold, fold; z all
        Enter, Tab      attach to a session of yours; fold
        t               transcript; of others with a reason
        c               conversation with the agent
        n               start a session
        s               type a line into the session
        e               end it
        x               share it, or no longer
        A               attach: its terminal; Ctrl-B d
                        brings you back
        /               search: words of the title, and
                        state:active agent:claude owner:Ann
        f               only active ones, and so on
        o               other order: by name, not grouped
        r, Ctrl-L       load the list anew
        a               who looked at whose sessions
        Esc             show all; leave a page or question
        Ctrl-Z          to the shell; fg comes back
        q, Ctrl-C       leave

        A * before a title: its owner shares it.
        [alice] before a title: it is alice's.
        + runs  ~ begins or ends  . over  ? lost
        ! no host runs it, or it was refused

        What you read of others' is in the audit log
        before you see it. telec tui --plain works
        line by line, for a screen reader.
        """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}
