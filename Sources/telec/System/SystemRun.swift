import Dialects
import TCSystem
import TCTerminal

/// Shows a plan, or carries it out and shows each step.
struct SystemRun {
    let options: SystemOptions
    let installation: Installation
    let machine: FoundMachine
    let steps: [SystemStep]
    /// The steps on a database server that are done before the service is started.
    var server: (installation: ServerInstallation, steps: [ServerStep])?
    let isDry: Bool

    private var texts: StepTexts { StepTexts(rights: RightsText(installation.layout.account, machine.account)) }

    private var commands: ArraySlice<SystemStep> { steps.suffix(while: Self.isCommand) }

    /// Carries out the plan. Each step is printed when it is done, so that the output of an interrupted run says what it has
    /// done.
    /// - Throws: `MachineError`, or the error of the database server.
    func perform() async throws {
        try await performChanges()
        try performCommands()
    }

    /// Carries out all steps before the last commands for the service manager.
    /// - Throws: The errors of `perform`.
    func performChanges() async throws {
        for step in steps.dropLast(commands.count) { try perform(step) }
        for step in server?.steps ?? [] {
            if !isDry { try await server?.installation.run(step) }
            if !options.output.json { Console.out(ServerStepTexts.text(step, showsContents: isDry)) }
        }
    }

    /// Carries out the last commands, which start or restart the service.
    /// - Throws: `MachineError`.
    func performCommands() throws(MachineError) {
        for step in commands { try perform(step) }
    }

    private static func isCommand(_ step: SystemStep) -> Bool {
        if case .run = step { true } else { false }
    }

    private func perform(_ step: SystemStep) throws(MachineError) {
        if !isDry { try installation.run(step) }
        if !options.output.json { Console.out(texts.text(step, showsContents: isDry)) }
    }

    /// Prints the outcome. `remarks` are things to know or to do.
    func conclude(_ sentence: String, remarks: [String]) {
        let document = JSON.object([
            ("version", .integer(1)), ("root", .string(installation.root.path)), ("dry_run", .boolean(isDry)),
            ("steps", .array(steps.map(texts.document) + (server?.steps ?? []).map(ServerStepTexts.document))),
            ("remarks", .array(remarks.map { .string($0) })),
        ])
        options.output.show(document) { sentence }
        for remark in remarks { options.output.remark(remark) }
    }
}

extension Array {
    /// Returns the longest suffix of which all elements meet a condition.
    fileprivate func suffix(while isIn: (Element) -> Bool) -> ArraySlice<Element> {
        suffix(reversed().prefix(while: isIn).count)
    }
}
