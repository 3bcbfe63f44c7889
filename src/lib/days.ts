const DAY = /^\d{4}-\d{2}-\d{2}$/

/** The moment at which a day begins here; null for one that the calendar does not have. */
function startOfDay(day: string, later = 0): Date | null {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  const start = new Date(year, month - 1, date)
  if (year < 1000 || start.getMonth() !== month - 1 || start.getDate() !== date) return null
  // By the calendar, not by hours: a day on which the clocks are changed is longer or shorter.
  return later === 0 ? start : new Date(year, month - 1, date + later)
}

/** A day as a date field gives it (2026-11-21); null for anything else. */
export function readDay(value: string | null): string | null {
  return value !== null && DAY.test(value) && startOfDay(value) !== null ? value : null
}

/** Days, both included, as moments: from the first one on, before the second one. */
export function periodOf({ from, to }: { from: string | null; to: string | null }): { from: string | null; before: string | null } {
  return {
    from: (from === null ? null : startOfDay(from))?.toISOString() ?? null,
    before: (to === null ? null : startOfDay(to, 1))?.toISOString() ?? null,
  }
}
