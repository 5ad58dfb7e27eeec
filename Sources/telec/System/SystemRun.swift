import Dialects
import TCSystem
import TCTerminal

/// A plan that is shown, or done and shown.
struct SystemRun {
    let options: SystemOptions
    let installation: Installation
    let machine: FoundMachine
    let steps: [SystemStep]
    let isDry: Bool

    private var texts: StepTexts { StepTexts(rights: RightsText(installation.layout.account, machine.account)) }

    /// Prints each step when it is done, so that what a broken run has done is known. Throws `MachineError`.
    func perform() throws {
        for step in steps {
            if !isDry { try installation.run(step) }
            if !options.output.json { Console.out(texts.text(step, showsContents: isDry)) }
        }
    }

    /// Says what it came to. `remarks` are what there is to know or to do.
    func conclude(_ sentence: String, remarks: [String]) {
        let document = JSON.object([
            ("version", .integer(1)), ("root", .string(installation.root.path)), ("dry_run", .boolean(isDry)),
            ("steps", .array(steps.map(texts.document))), ("remarks", .array(remarks.map { .string($0) })),
        ])
        options.output.show(document) { sentence }
        for remark in remarks { options.output.remark(remark) }
    }
}
