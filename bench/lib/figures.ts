export interface Figure {
  name: string
  value: number
  unit: 'ms' | 'kB gzip' | 'lines'
  /** What was measured, as far as the name does not say it. */
  detail?: string
}

/** One JSON object a line, so that a script can read what a person reads. */
export function print(figure: Figure): void {
  console.log(JSON.stringify({ ...figure, value: Math.round(figure.value * 10) / 10 }))
}

/** As `print`, where a figure alone would not say what it stands beside. */
export function printRow(row: Record<string, unknown>): void {
  console.log(JSON.stringify(row))
}

/** Linear interpolation between the two nearest ranks; `share` in [0, 1]. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const rank = (sorted.length - 1) * share
  const low = sorted[Math.floor(rank)]
  const high = sorted[Math.ceil(rank)]
  if (low === undefined || high === undefined) throw new Error('a percentile of nothing')
  return low + (high - low) * (rank - Math.floor(rank))
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)
