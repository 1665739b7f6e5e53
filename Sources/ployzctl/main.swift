import Foundation
import PloyzCommands

exit(await CommandLineTool.run(Array(CommandLine.arguments.dropFirst())))
