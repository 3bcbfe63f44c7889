// Fails when a package that ships has a known hole of high or critical severity; lesser ones, and those of tools, are only told.
// `node .ci/audit.mjs [file with the JSON that npm audit wrote]`
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('..', import.meta.url))
const failing = new Set(['high', 'critical'])

function npmAudit(...words) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { stdout, error } = spawnSync(npm, ['audit', '--json', ...words], { cwd: project, encoding: 'utf8', maxBuffer: 256 * 1024 ** 2, shell: process.platform === 'win32' })
  if (error) throw error
  return stdout
}

/** What the registry knows, or why it says nothing. */
function read(text) {
  let report
  try {
    report = JSON.parse(text)
  } catch {
    return { silent: 'npm audit gave no report' }
  }
  // npm writes an error of its registry into the report's place; it ends with 1 then too, as with findings.
  if (typeof report.vulnerabilities !== 'object' || report.vulnerabilities === null) return { silent: report.message ?? report.error?.summary ?? 'npm audit gave no report' }
  const findings = Object.values(report.vulnerabilities).map(({ name, severity, range, via, fixAvailable }) => {
    const causes = via.map((cause) => (typeof cause === 'string' ? `through ${cause}` : `${cause.title} ${cause.url}`))
    return { severity, line: `${severity}: ${name} ${range}: ${[...new Set(causes)].join('; ')}${fixAvailable ? ' (a newer version mends it)' : ''}` }
  })
  return { findings }
}

const given = process.argv[2]
const shipped = read(given === undefined ? npmAudit('--omit=dev') : readFileSync(given, 'utf8'))
if (shipped.silent !== undefined) {
  // A network without an audit says nothing of the packages, and is no reason to stop everything else.
  console.warn(`Dependencies were NOT audited: the registry offers no audit here (${shipped.silent}).`)
} else {
  for (const { line } of shipped.findings) console.log(line)
  const bad = shipped.findings.filter(({ severity }) => failing.has(severity)).length
  if (given === undefined) {
    const all = read(npmAudit())
    const tools = (all.findings ?? []).filter(({ line }) => !shipped.findings.some((known) => known.line === line))
    for (const { line } of tools) console.log(`(a tool, not shipped) ${line}`)
  }
  if (bad > 0) {
    console.error(`\n${bad} of the packages that ship ${bad === 1 ? 'has a hole' : 'have holes'} of high or critical severity: take a version that is mended.`)
    process.exitCode = 1
  } else {
    console.log(`Dependencies audited: ${shipped.findings.length} ${shipped.findings.length === 1 ? 'finding' : 'findings'} in what ships, none high or critical.`)
  }
}
