/** Every word typed must begin a word of the label or the keywords; what matches in its label comes first. */
export function filterCommands<Command extends { label: string; keywords: string }>(commands: readonly Command[], query: string): Command[] {
  const typed = words(query)
  // Signs alone are no word: they are searched in the data, and name no command.
  if (typed.length === 0) return query.trim() === '' ? [...commands] : []
  const rank = (command: Command): number => {
    const label = words(command.label)
    const all = [...label, ...words(command.keywords)]
    if (!typed.every((word) => all.some((candidate) => candidate.startsWith(word)))) return 2
    return typed.every((word) => label.some((candidate) => candidate.startsWith(word))) ? 0 : 1
  }
  return commands
    .map((command) => ({ command, rank: rank(command) }))
    .filter((entry) => entry.rank < 2)
    .sort((a, b) => a.rank - b.rank)
    .map((entry) => entry.command)
}

function words(text: string): string[] {
  return text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '')
}
