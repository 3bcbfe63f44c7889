import { formatDelta, type TerminalLine, type TerminalSite } from '@/ui/terminal/line'

type Sites = ReadonlyMap<string, TerminalSite>

/** One line of plain text, in columns: "+58 ms     warn     google      500 from destination (simulated), retry in 500 ms". */
export function lineText(line: TerminalLine, origin: number, sites: Sites): string {
  const slug = line.siteId === null ? '' : (sites.get(line.siteId)?.slug ?? '')
  return `${formatDelta(line.at - origin).padEnd(10)} ${line.level.padEnd(8)} ${slug.padEnd(14)} ${line.message}`.trimEnd()
}

export function linesText(lines: readonly TerminalLine[], origin: number, sites: Sites): string {
  return lines.map((line) => lineText(line, origin, sites)).join('\n')
}

/** The .log file: as on screen, but with the full time, because a file has no page around it that tells when it was. */
export function logFile(lines: readonly TerminalLine[], origin: number, sites: Sites): string {
  return lines.map((line) => `${new Date(line.at).toISOString()} ${lineText(line, origin, sites)}\n`).join('')
}

/** JSON lines (jsonlines.org): one object a line, payloads included. */
export function jsonLinesFile(lines: readonly TerminalLine[], sites: Sites): string {
  return lines
    .map(({ seq, at, level, message, siteId, payload }) => {
      const site = siteId === null ? null : (sites.get(siteId)?.slug ?? siteId)
      return `${JSON.stringify({ seq, at: new Date(at).toISOString(), level, site, message, payload })}\n`
    })
    .join('')
}
