export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** What a function tells its operator; what people should read of a run is a `job_logs` row, written by SQL. */
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void

/** One JSON object a line, which hosted Supabase's log explorer takes apart. Never given bodies, headers or secrets. */
export function createLog(source: string, write: (line: string) => void): Log {
  return (level, message, fields = {}) => {
    write(JSON.stringify({ level, source, message, ...fields }))
  }
}

/** An error's own words, with its code where it has one (`ECONNREFUSED`, `57P01`). */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  return `${error.message}${code}`
}
