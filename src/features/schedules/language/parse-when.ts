import { clock, join, MONTHS, ordinal } from '@/features/schedules/language/describe-cron'
import { placeAt } from '@/features/schedules/language/places'

export type When =
  | {
      ok: true
      cron: string
      /** null: none was named. */
      timeZone: string | null
      /** What had to be taken for granted, in sentences. */
      assumed: string[]
      /** Words that say nothing about a time here. */
      ignored: string[]
    }
  | { ok: false; problem: string; ignored: string[] }

/**
 * "Every weekday at 9:00 in Chicago" as cron and a time zone. English, as people say it: how often or on which days, at what time,
 * where. Nothing is guessed in silence: what was assumed is said, and so are the words that were passed over.
 */
export function parseWhen(text: string): When {
  const words = wordsOf(text)
  const heard: Heard = {
    minutes: null, hours: null, hourly: false, daily: false, times: [], partOfDay: null, atMinute: null, weekdays: new Set(), except: new Set(), days: [], nth: null,
    months: [], span: null, monthly: false, zone: null,
  }
  const ignored: string[] = []
  const problems: string[] = []
  let at = 0
  while (at < words.length) {
    const used = readAt(words, at, heard, problems)
    if (used === 0) ignored.push(words[at] ?? '')
    at += Math.max(1, used)
  }
  const [problem] = problems
  if (problem !== undefined) return { ok: false, problem, ignored }
  return compile(heard, ignored)
}

interface Time {
  hour: number
  minute: number
}

interface Heard {
  /** Every so many minutes. */
  minutes: number | null
  /** Every so many hours. */
  hours: number | null
  hourly: boolean
  daily: boolean
  times: Time[]
  partOfDay: 'morning' | 'afternoon' | 'evening' | 'night' | null
  /** Of every hour. */
  atMinute: number | null
  weekdays: Set<number>
  except: Set<number>
  days: (number | 'L')[]
  nth: { weekday: number; nth: number | 'last' } | null
  months: number[]
  span: { from: Time; to: Time } | null
  monthly: boolean
  zone: string | null
}

// Reading: at each word, how many words are taken. 0: it says nothing.

const FILLERS = new Set(
  'a an the at on of and every each in during run runs sync syncs publish check please it should starting start once time times day days month months oclock uhr then also , only all year years local'.split(' '),
)
const NUMBERS: Readonly<Record<string, number>> = {
  one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, eleven: 11, twelve: 12, fifteen: 15, twenty: 20, thirty: 30, other: 2, second: 2, third: 3,
}
const ORDINALS: Readonly<Record<string, number>> = { first: 1, second: 2, third: 3, fourth: 4, fifth: 5 }
const WEEKDAY_STEMS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const WORKDAYS = [1, 2, 3, 4, 5]

function readAt(words: readonly string[], at: number, heard: Heard, problems: string[]): number {
  const word = words[at] ?? ''
  const next = words[at + 1] ?? ''
  return (
    readFrequency(words, at, heard, problems) ||
    readSpan(words, at, heard) ||
    readExcept(words, at, heard) ||
    readDays(words, at, heard) ||
    readDate(words, at, heard, problems) ||
    readMinute(words, at, heard) ||
    readTime(words, at, heard) ||
    readPlace(words, at, heard, problems) ||
    // A number that is nothing else: an hour where one is due ("at 9 and 17", "9 in Chicago").
    readHour(word, next, words[at - 1] ?? '', heard) ||
    (FILLERS.has(word) ? 1 : 0)
  )
}

function readFrequency(words: readonly string[], at: number, heard: Heard, problems: string[]): number {
  const [word = '', second = '', third = ''] = words.slice(at)
  if (word === 'hourly') return take(() => (heard.hourly = true))
  if (word === 'daily' || word === 'everyday') return take(() => (heard.daily = true))
  if (word === 'nightly') return take(() => ((heard.daily = true), (heard.partOfDay = 'night')))
  if (word === 'weekly') return take(() => heard.weekdays.size === 0 && heard.weekdays.add(-1))
  if (word === 'monthly') return take(() => (heard.monthly = true))
  if (word === 'quarterly') return take(() => ((heard.monthly = true), heard.months.push(1, 4, 7, 10)))
  if (word === 'yearly' || word === 'annually') return take(() => ((heard.monthly = true), heard.months.length === 0 && heard.months.push(1)))
  if (/^half-?hourly$/.test(word)) return take(() => (heard.minutes = 30))
  if (word === 'once' || word === 'per') {
    const unit = second === 'a' || second === 'an' || second === 'per' || second === 'every' ? third : second
    if (unit === 'hour') return take(() => (heard.hourly = true), unit === third ? 3 : 2)
    if (unit === 'day') return take(() => (heard.daily = true), unit === third ? 3 : 2)
    return 0
  }
  if (word !== 'every' && word !== 'each') return 0
  if (second === 'half' && /^hours?$/.test(third === 'an' ? (words[at + 3] ?? '') : third)) return take(() => (heard.minutes = 30), third === 'an' ? 4 : 3)
  if (second === 'quarter' && /^hours?$/.test(third === 'of' || third === 'an' ? (words[at + 3] ?? '') : third)) return take(() => (heard.minutes = 15), third === 'hour' ? 3 : 4)
  const counted = countOf(second)
  const [amount, unit, used] = counted !== null && unitOf(third) !== null ? [counted, unitOf(third), 3] : [1, unitOf(second), 2]
  switch (unit) {
    case 'minute':
      if (60 % amount !== 0) {
        problems.push(`Every ${amount} minutes does not come out even within an hour. Choose 5, 10, 15, 20 or 30 minutes.`)
      }
      return take(() => (heard.minutes = amount), used)
    case 'hour':
      if (24 % amount !== 0) problems.push(`Every ${amount} hours does not come out even within a day. Choose 2, 3, 4, 6, 8 or 12 hours.`)
      return take(() => (amount === 1 ? (heard.hourly = true) : (heard.hours = amount)), used)
    case 'day':
      if (amount > 1) problems.push(`Every ${amount} days cannot be scheduled: months differ in length. Name the days, such as "every Monday and Thursday".`)
      return take(() => (heard.daily = true), used)
    case 'week':
      if (amount > 1) problems.push(`Every ${amount} weeks cannot be scheduled. Choose days of the month, such as "on the 1st and 15th", or every week.`)
      return take(() => heard.weekdays.size === 0 && heard.weekdays.add(-1), used)
    case 'month':
      if (12 % amount !== 0) problems.push(`Every ${amount} months does not come out even within a year. Choose 2, 3, 4 or 6 months.`)
      heard.monthly = true
      if (amount > 1) for (let month = 1; month <= 12; month += amount) heard.months.push(month)
      return used
    case 'year':
      return take(() => ((heard.monthly = true), heard.months.length === 0 && heard.months.push(1)), used)
    case null:
      break
  }
  return 0
}

function unitOf(word: string): 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year' | null {
  if (/^(min|mins|minutes?)$/.test(word)) return 'minute'
  if (/^(h|hr|hrs|hours?)$/.test(word)) return 'hour'
  if (/^days?$/.test(word)) return 'day'
  if (/^weeks?$/.test(word)) return 'week'
  if (/^months?$/.test(word)) return 'month'
  if (/^years?$/.test(word)) return 'year'
  return null
}

const countOf = (word: string): number | null => (/^\d{1,2}$/.test(word) && Number(word) > 0 ? Number(word) : (NUMBERS[word] ?? null))

/** "from 8 to 18", "between 8:00 and 18:00", "8am-6pm", "office hours". */
function readSpan(words: readonly string[], at: number, heard: Heard): number {
  const [word = '', second = ''] = words.slice(at)
  if (/^(office|business|working|work)$/.test(word) && /^hours?$/.test(second)) {
    heard.span = { from: { hour: 9, minute: 0 }, to: { hour: 17, minute: 0 } }
    if (heard.weekdays.size === 0) for (const day of WORKDAYS) heard.weekdays.add(day)
    return 2
  }
  const joined = /^(\d{1,2}(?:[:.]\d\d)?(?:am|pm)?)[-–](\d{1,2}(?:[:.]\d\d)?(?:am|pm)?)$/.exec(word)
  if (joined !== null) {
    const [from, to] = [timeOf(joined[1] ?? '', '', true), timeOf(joined[2] ?? '', '', true)]
    if (from === null || to === null) return 0
    heard.span = { from: from.time, to: to.time }
    return 1
  }
  if (word !== 'from' && word !== 'between') return 0
  const from = timeOf(second, words[at + 2] ?? '', true)
  if (from === null) return 0
  const middle = at + 1 + from.words
  if (!/^(to|and|until|till|through|-)$/.test(words[middle] ?? '')) return 0
  const to = timeOf(words[middle + 1] ?? '', words[middle + 2] ?? '', true)
  if (to === null) return 0
  // "from 9 to 5pm": the first is a morning's hour, and so is it without an am.
  heard.span = { from: from.time, to: to.time }
  return middle + 1 + to.words - at
}

/** "except Sundays", "but not on weekends". */
function readExcept(words: readonly string[], at: number, heard: Heard): number {
  let used = 0
  if (/^(except|excluding|without)$/.test(words[at] ?? '')) used = 1
  else if (words[at] === 'but' && words[at + 1] === 'not') used = 2
  else if (words[at] === 'not' && words[at + 1] === 'on') used = 2
  if (used === 0) return 0
  const found: Heard['except'] = new Set()
  for (;;) {
    while (/^(on|and|,|for|or)$/.test(words[at + used] ?? '')) used += 1
    const days = weekdaysAt(words, at + used)
    if (days === null) break
    for (const day of days.days) found.add(day)
    used += days.words
  }
  if (found.size === 0) return 0
  for (const day of found) heard.except.add(day)
  return used
}

function readDays(words: readonly string[], at: number, heard: Heard): number {
  const [word = '', second = ''] = words.slice(at)
  // "the first Monday", "last Friday"
  const nth = word === 'last' ? 'last' : (ORDINALS[word] ?? ordinalOf(word))
  if (nth !== null && (nth === 'last' || nth <= 5)) {
    const weekday = weekdayOf(second)
    if (weekday !== null) return take(() => (heard.nth = { weekday, nth }), 2)
    if (nth === 'last' && /^day$/.test(second)) return take(() => heard.days.push('L'), 2)
    if (typeof nth === 'number' && ORDINALS[word] !== undefined && second === 'day') return take(() => heard.days.push(nth), 2)
  }
  const found = weekdaysAt(words, at)
  if (found === null) return 0
  heard.weekdays.delete(-1)
  for (const day of found.days) heard.weekdays.add(day)
  return found.words
}

/** One day of the week, a range of them, or a word for several. */
function weekdaysAt(words: readonly string[], at: number): { days: number[]; words: number } | null {
  const [word = '', second = '', third = ''] = words.slice(at)
  if (/^(weekdays?|workdays?)$/.test(word)) return { days: WORKDAYS, words: 1 }
  if (/^(working|business|work|week)$/.test(word) && /^days?$/.test(second)) return { days: WORKDAYS, words: 2 }
  if (/^weekends?$/.test(word)) return { days: [6, 0], words: 1 }
  const joined = /^(\p{L}+)[-–](\p{L}+)$/u.exec(word)
  if (joined !== null) return between(weekdayOf(joined[1] ?? ''), weekdayOf(joined[2] ?? ''), 1)
  const first = weekdayOf(word)
  if (first === null) return null
  if (/^(to|through|thru|until|till|-)$/.test(second) && weekdayOf(third) !== null) return between(first, weekdayOf(third), 3)
  return { days: [first], words: 1 }
}

function between(from: number | null, to: number | null, words: number): { days: number[]; words: number } | null {
  if (from === null || to === null) return null
  const days: number[] = []
  for (let day = from; ; day = (day + 1) % 7) {
    days.push(day)
    if (day === to) return { days, words }
  }
}

function weekdayOf(word: string): number | null {
  const at = WEEKDAY_STEMS.findIndex((stem) => word.startsWith(stem))
  if (at < 0) return null
  const full = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'][at] ?? ''
  const bare = word.replace(/s$/, '')
  const short = ['sun', 'mon', 'tue', 'tues', 'wed', 'weds', 'thu', 'thur', 'thurs', 'fri', 'sat']
  return bare === full || short.includes(word) || (short.includes(bare) && word.endsWith('s')) ? at : null
}

/** "1st", "15th and 30th", "24 December", "December 24", "in January and July". */
function readDate(words: readonly string[], at: number, heard: Heard, problems: string[]): number {
  const [word = '', second = '', third = ''] = words.slice(at)
  const day = ordinalOf(word) ?? (ORDINALS[word] !== undefined && /^(of|and|,|in|at|each|every)?$/.test(second) ? ORDINALS[word] : null)
  if (day !== null) {
    if (day < 1 || day > 31) problems.push(`There is no ${ordinal(day)} of a month.`)
    heard.days.push(day)
    return 1
  }
  const month = monthOf(word)
  if (month !== null) {
    heard.months.push(month)
    // "May 5", and not "May 5:30" or "May 5 am"
    if (/^\d{1,2}$/.test(second) && Number(second) >= 1 && Number(second) <= 31 && !/^(am|pm|oclock|uhr)$/.test(third)) {
      heard.days.push(Number(second))
      return 2
    }
    return 1
  }
  if (/^\d{1,2}$/.test(word) && Number(word) >= 1 && Number(word) <= 31 && monthOf(second) !== null) {
    heard.days.push(Number(word))
    return 1
  }
  if (word === 'day' && /^\d{1,2}$/.test(second) && Number(second) >= 1 && Number(second) <= 31) {
    heard.days.push(Number(second))
    return 2
  }
  return 0
}

const ordinalOf = (word: string): number | null => {
  const found = /^(\d{1,2})(?:st|nd|rd|th|\.)$/.exec(word)
  return found === null ? null : Number(found[1])
}

function monthOf(word: string): number | null {
  if (word.length < 3) return null
  const at = MONTHS.findIndex((month) => month.toLowerCase() === word || month.slice(0, 3).toLowerCase() === word || (word === 'sept' && month === 'September'))
  return at < 0 ? null : at + 1
}

/** "at minute 5", "5 minutes past the hour", "at :15". */
function readMinute(words: readonly string[], at: number, heard: Heard): number {
  const [word = '', second = '', third = '', fourth = ''] = words.slice(at)
  const minute = (text: string): number | null => (/^\d{1,2}$/.test(text) && Number(text) < 60 ? Number(text) : null)
  if (word === 'minute' && minute(second) !== null) return take(() => (heard.atMinute = minute(second)), 2)
  if (/^:\d\d$/.test(word) && minute(word.slice(1)) !== null) return take(() => (heard.atMinute = minute(word.slice(1))))
  const past = word === 'half' ? 30 : word === 'quarter' ? 15 : minute(word)
  if (past === null) return 0
  const unit = /^(min|mins|minutes?)$/.test(second) ? 1 : 0
  const [direction, ofWhat] = unit === 1 ? [third, fourth] : [second, third]
  if (!/^(past|after)$/.test(direction)) return 0
  const article = ofWhat === 'the' || ofWhat === 'every' || ofWhat === 'each' ? 1 : 0
  const target = words[at + 2 + unit + article] ?? ''
  if (target === 'hour') return take(() => ((heard.atMinute = past), (heard.hourly = true)), 3 + unit + article)
  const hour = timeOf(target, words[at + 3 + unit + article] ?? '', true)
  if (hour === null) return 0
  heard.times.push({ hour: hour.time.hour, minute: past })
  return 2 + unit + article + hour.words
}

function readTime(words: readonly string[], at: number, heard: Heard): number {
  const [word = '', second = ''] = words.slice(at)
  const part = /^(morning|afternoon|evening|night)s?$/.exec(word)?.[1]
  if (part !== undefined) {
    return take(() => {
      heard.partOfDay = part as NonNullable<Heard['partOfDay']>
      // "every morning" and "every Monday morning" say a day; "at 9 in the morning" says which nine.
      if (heard.weekdays.size === 0) heard.daily = true
    })
  }
  const found = timeOf(word, second, false)
  if (found === null) return 0
  heard.times.push(found.time)
  return found.words
}

/** A bare hour: after "at", after another time and "and", or before the words for a place. */
function readHour(word: string, next: string, before: string, heard: Heard): number {
  if (!/^\d{1,2}$/.test(word) || Number(word) > 24 || /^(minutes?|hours?|days?|weeks?|months?|st|nd|rd|th)$/.test(next)) return 0
  const due = before === 'at' || before === '@' || ((before === 'and' || before === ',') && heard.times.length > 0) || heard.times.length === 0
  if (!due) return 0
  heard.times.push({ hour: Number(word) % 24, minute: 0 })
  return 1
}

/** @param bare Whether a number alone is an hour here. */
function timeOf(word: string, next: string, bare: boolean): { time: Time; words: number } | null {
  if (word === 'noon' || word === 'midday') return { time: { hour: 12, minute: 0 }, words: 1 }
  if (word === 'midnight') return { time: { hour: 0, minute: 0 }, words: 1 }
  const found = /^(\d{1,2})(?:[:.h](\d\d))?(h)?(am|pm|a\.m|p\.m)?$/.exec(word.replace(/\.$/, ''))
  if (found === null) return null
  const [, hours = '', minutes, h, half] = found
  const spoken = half ?? (/^(am|pm|a\.m\.?|p\.m\.?)$/.test(next) ? next : undefined)
  const clocked = /^(oclock|o'clock|o’clock|uhr|hrs)$/.test(next)
  if (minutes === undefined && h === undefined && spoken === undefined && !clocked && !bare) return null
  let hour = Number(hours)
  const minute = Number(minutes ?? 0)
  if (spoken !== undefined) {
    if (hour < 1 || hour > 12) return null
    hour = (hour % 12) + (spoken.startsWith('p') ? 12 : 0)
  }
  if (hour === 24 && minute === 0) hour = 0
  if (hour > 23 || minute > 59) return null
  return { time: { hour, minute }, words: half === undefined && (spoken !== undefined || clocked) ? 2 : 1 }
}

/** "in Chicago", "Europe/Berlin", "Chicago time". */
function readPlace(words: readonly string[], at: number, heard: Heard, problems: string[]): number {
  const lead = /^(in|at|for)$/.test(words[at] ?? '') ? 1 : 0
  const article = words[at + lead] === 'the' ? 1 : 0
  const found = placeAt(words, at + lead + article)
  if (found === null) return 0
  const end = at + lead + article + found.words
  const trail = /^(time|timezone|tz)$/.test(words[end] ?? '') ? (words[end + 1] === 'zone' ? 2 : 1) : 0
  if ('several' in found) {
    const name = /^(the )?(us|usa|uae|uk)$/.test(found.several) ? found.several.toUpperCase().replace('THE ', 'the ') : found.several.replace(/\b\p{L}/gu, (letter) => letter.toUpperCase())
    problems.push(`${name} has several time zones. Name a city, such as "in ${EXAMPLE_CITY[found.several.replace(/^the /, '')] ?? 'New York'}".`)
  } else if (heard.zone !== null && heard.zone !== found.zone) {
    problems.push(`Two time zones are named, ${heard.zone.replaceAll('_', ' ')} and ${found.zone.replaceAll('_', ' ')}. A schedule has one.`)
  } else {
    heard.zone = found.zone
  }
  return lead + article + found.words + trail
}

const EXAMPLE_CITY: Readonly<Record<string, string>> = { canada: 'Toronto', australia: 'Sydney', brazil: 'Sao Paulo', russia: 'Moscow', mexico: 'Mexico City', indonesia: 'Jakarta' }

// Compiling what was heard.

const PART_HOUR = { morning: 9, afternoon: 14, evening: 18, night: 0 } as const

function compile(heard: Heard, ignored: string[]): When {
  const assumed: string[] = []
  const refuse = (problem: string): When => ({ ok: false, problem, ignored })
  const repeats = heard.minutes !== null || heard.hours !== null || heard.hourly
  const saysDays = heard.weekdays.size > 0 || heard.days.length > 0 || heard.nth !== null || heard.monthly || heard.months.length > 0 || heard.daily || heard.except.size > 0
  if (!repeats && !saysDays && heard.times.length === 0 && heard.partOfDay === null && heard.atMinute === null && heard.span === null) {
    return refuse('Say how often or on which days, and at what time: "every weekday at 9:00 in Chicago".')
  }

  const timing = repeats || heard.atMinute !== null || heard.span !== null ? repeating(heard, assumed) : fixed(heard, assumed)
  if ('problem' in timing) return refuse(timing.problem)
  const days = daysOf(heard, assumed, repeats)
  if ('problem' in days) return refuse(days.problem)
  return { ok: true, cron: [timing.minute, timing.hour, days.day, days.month, days.weekday].join(' '), timeZone: heard.zone, assumed, ignored }
}

type Timing = { minute: string; hour: string } | { problem: string }

function repeating(heard: Heard, assumed: string[]): Timing {
  const { minutes, hours, span, times } = heard
  if (times.length > 0) {
    const often = minutes !== null ? `every ${minutes} minutes` : hours !== null ? `every ${hours} hours` : 'every hour'
    return { problem: `Both ${often} and at ${join(times.map(({ hour, minute }) => clock(hour, minute)))} is said. A schedule does one of them: make two, or say "from 8:00 to 18:00".` }
  }
  if (span === null) {
    if (minutes !== null && minutes > 1) return { minute: minutes === 60 ? '0' : `*/${minutes}`, hour: '*' }
    if (minutes === 1) return { minute: '*', hour: '*' }
    return { minute: String(heard.atMinute ?? 0), hour: hours === null ? '*' : hours === 24 ? '0' : `*/${hours}` }
  }
  const { from, to } = span
  if (to.hour < from.hour || (to.hour === from.hour && to.minute <= from.minute)) {
    return { problem: `It cannot run from ${clock(from.hour, from.minute)} to ${clock(to.hour, to.minute)}: the end is before the start. For a night, make two schedules.` }
  }
  if (minutes !== null && minutes < 60) {
    if (from.minute !== 0 || to.minute !== 0) return { problem: `Every ${minutes} minutes begins and ends with a full hour: say "from ${clock(from.hour, 0)} to ${clock(Math.min(23, to.hour + (to.minute > 0 ? 1 : 0)), 0)}".` }
    const last = to.hour - 1
    assumed.push(`The last run of a day is at ${clock(last, 60 - minutes)}.`)
    return { minute: minutes === 1 ? '*' : `*/${minutes}`, hour: from.hour === last ? String(last) : `${from.hour}-${last}` }
  }
  const minute = heard.atMinute ?? from.minute
  if (!heard.hourly && hours === null) assumed.push('Every hour in that time.')
  const last = minute <= to.minute || to.minute === 0 ? to.hour : to.hour - 1
  const until = minute > 0 && to.minute === 0 && minute > to.minute ? to.hour - 1 : last
  return { minute: String(minute), hour: `${from.hour}-${until}${hours === null ? '' : `/${hours}`}` }
}

function fixed(heard: Heard, assumed: string[]): Timing {
  let { times } = heard
  if (times.length === 0) {
    const hour = heard.partOfDay === null ? 9 : PART_HOUR[heard.partOfDay]
    assumed.push(`No time was said: at ${clock(hour, 0)}.`)
    times = [{ hour, minute: 0 }]
  } else if (heard.partOfDay !== null) {
    const late = heard.partOfDay === 'afternoon' || heard.partOfDay === 'evening' || heard.partOfDay === 'night'
    // "9 at night" is 21:00, "2 at night" is 02:00.
    const shift = ({ hour, minute }: Time): Time => ({ hour: late && hour < 12 && (heard.partOfDay !== 'night' || hour >= 6) ? hour + 12 : hour, minute })
    times = times.map(shift)
  }
  const hours = [...new Set(times.map(({ hour }) => hour))].sort((a, b) => a - b)
  const minutes = [...new Set(times.map(({ minute }) => minute))].sort((a, b) => a - b)
  const wanted = new Set(times.map(({ hour, minute }) => clock(hour, minute)))
  // Cron crosses its minutes with its hours.
  if (hours.length * minutes.length !== wanted.size) {
    return { problem: `One schedule cannot run at ${join([...wanted])}: the minutes differ. Make a schedule for each.` }
  }
  return { minute: minutes.join(','), hour: hours.join(',') }
}

function daysOf(heard: Heard, assumed: string[], repeats: boolean): { day: string; month: string; weekday: string } | { problem: string } {
  const months = [...new Set(heard.months)].sort((a, b) => a - b)
  const month = months.length === 0 || months.length === 12 ? '*' : months.join(',')
  if (heard.nth !== null) {
    if (heard.days.length > 0 || heard.weekdays.size > 0) return { problem: 'Days of the week and of the month together would run on both. Make a schedule for each.' }
    const { weekday, nth } = heard.nth
    return { day: '*', month, weekday: nth === 'last' ? `${weekday}L` : `${weekday}#${nth}` }
  }
  let weekdays = [...heard.weekdays]
  if (weekdays.includes(-1)) {
    weekdays = weekdays.filter((day) => day >= 0)
    if (weekdays.length === 0) {
      weekdays = [1]
      assumed.push('No day was said: on Mondays.')
    }
  }
  if (heard.except.size > 0) {
    const all = weekdays.length > 0 ? weekdays : [0, 1, 2, 3, 4, 5, 6]
    weekdays = all.filter((day) => !heard.except.has(day))
    if (weekdays.length === 0) return { problem: 'With those days left out, none remains.' }
  }
  if (heard.days.length > 0 && weekdays.length > 0 && weekdays.length < 7) {
    return { problem: 'Days of the week and of the month together would run on both. Make a schedule for each.' }
  }
  let days = [...new Set(heard.days)]
  if (days.length === 0 && (heard.monthly || (months.length > 0 && !repeats && weekdays.length === 0 && !heard.daily))) {
    days = [1]
    assumed.push('No day was said: on the 1st.')
  }
  const numbers = days.filter((day): day is number => day !== 'L').sort((a, b) => a - b)
  const never = numbers.find((day) => months.length > 0 && months.every((one) => day > (LENGTHS[one - 1] ?? 31)))
  if (never !== undefined) return { problem: `${join(months.map((one) => MONTHS[one - 1] ?? ''))} has no ${ordinal(never)}.` }
  const beyond = numbers.find((day) => day > 28 && months.length === 0)
  if (beyond !== undefined) assumed.push(`Months without a ${ordinal(beyond)} are passed over; "on the last day of each month" meets every one.`)
  return {
    day: days.length === 0 ? '*' : [...numbers.map(String), ...(days.includes('L') ? ['L'] : [])].join(','),
    month,
    weekday: weekdays.length === 0 || weekdays.length === 7 ? '*' : ranged(weekdays),
  }
}

const LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** "1-5" for Monday to Friday; Sunday is cron's 0. */
function ranged(days: readonly number[]): string {
  const sorted = [...new Set(days)].sort((a, b) => a - b)
  const first = sorted[0] ?? 0
  const last = sorted.at(-1) ?? 0
  return sorted.length > 2 && last - first === sorted.length - 1 ? `${first}-${last}` : sorted.join(',')
}

const take = (act: () => unknown, words = 1): number => {
  act()
  return words
}

/** Lower case, without what only punctuates; "Europe/Berlin", "9:30", "1st" and "mon-fri" stay whole. */
function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/\bo'clock\b/g, 'oclock')
    .replace(/&|\+(?!\d)/g, ' and ')
    .replace(/@/g, ' at ')
    .replace(/([,;])/g, ' , ')
    .replace(/\s+-\s+/g, ' to ')
    .replace(/[()"“”!?]/g, ' ')
    .split(/\s+/)
    .map((word) => (/^\d{1,2}\.$/.test(word) ? word : word.replace(/\.$/, '')))
    .filter((word) => word !== '' && word !== ';')
}
