/**
 * The time zone of a place as people call it: a city, a country with one zone, a zone's letters. The browser's own list of zones knows
 * four hundred cities; what is named here is what it leaves out (a country's larger cities stand under the one that names the zone).
 */
const OTHERS: Readonly<Record<string, string>> = {
  'America/New_York':
    'nyc, new york city, boston, miami, atlanta, washington, washington dc, philadelphia, orlando, charlotte, pittsburgh, cleveland, tampa, et, est, edt, eastern, us eastern, us east coast, east coast',
  'America/Chicago': 'houston, dallas, austin, san antonio, minneapolis, st louis, saint louis, new orleans, nashville, milwaukee, kansas city, memphis, ct, cst, cdt, central, us central',
  'America/Denver': 'salt lake city, albuquerque, boulder, mt, mst, mdt, mountain, us mountain',
  'America/Los_Angeles': 'la, san francisco, seattle, san diego, portland, las vegas, san jose, sacramento, silicon valley, pt, pst, pdt, pacific, us pacific, us west coast, west coast',
  'America/Phoenix': 'arizona, tucson',
  'Pacific/Honolulu': 'hawaii, hst',
  'America/Anchorage': 'alaska, akst, akdt',
  'America/Toronto': 'ottawa, montreal, quebec',
  'America/Vancouver': 'victoria bc, british columbia',
  'America/Edmonton': 'calgary',
  'America/Sao_Paulo': 'rio, rio de janeiro, brasilia, sao paulo',
  'America/Argentina/Buenos_Aires': 'argentina, buenos aires',
  'America/Bogota': 'colombia',
  'America/Lima': 'peru',
  'America/Santiago': 'chile',
  'Europe/London': 'uk, united kingdom, england, scotland, wales, britain, great britain, manchester, edinburgh, birmingham, glasgow, liverpool, bst',
  'Europe/Dublin': 'ireland',
  'Europe/Lisbon': 'portugal, porto, wet',
  'Europe/Berlin':
    'germany, deutschland, munich, münchen, muenchen, hamburg, frankfurt, cologne, köln, koeln, stuttgart, düsseldorf, dusseldorf, duesseldorf, leipzig, dresden, bremen, hannover, nuremberg, nürnberg, cet, cest, mez, mesz, central european',
  'Europe/Vienna': 'austria, wien, graz, salzburg, linz',
  'Europe/Zurich': 'switzerland, zürich, zuerich, geneva, basel, bern, lausanne',
  'Europe/Paris': 'france, lyon, marseille, nice, toulouse, bordeaux',
  'Europe/Rome': 'italy, milan, milano, turin, naples, florence, venice, roma',
  'Europe/Madrid': 'spain, barcelona, valencia, seville, malaga',
  'Europe/Amsterdam': 'netherlands, holland, rotterdam, the hague, utrecht',
  'Europe/Brussels': 'belgium, antwerp, ghent',
  'Europe/Warsaw': 'poland, krakow, gdansk, wroclaw',
  'Europe/Prague': 'czechia, czech republic, praha',
  'Europe/Copenhagen': 'denmark, aarhus',
  'Europe/Stockholm': 'sweden, gothenburg, malmö, malmo',
  'Europe/Oslo': 'norway, bergen',
  'Europe/Helsinki': 'finland, eet, eest, tampere',
  'Europe/Athens': 'greece',
  'Europe/Bucharest': 'romania',
  'Europe/Budapest': 'hungary',
  'Europe/Kiev': 'kyiv, ukraine',
  'Europe/Moscow': 'saint petersburg, st petersburg, msk',
  'Europe/Istanbul': 'turkey, türkiye, ankara',
  'Asia/Jerusalem': 'israel, tel aviv',
  'Asia/Dubai': 'uae, abu dhabi, united arab emirates',
  'Asia/Riyadh': 'saudi arabia',
  'Asia/Calcutta': 'india, kolkata, mumbai, delhi, new delhi, bangalore, bengaluru, chennai, hyderabad, pune, ist',
  'Asia/Shanghai': 'china, beijing, shenzhen, guangzhou',
  'Asia/Hong_Kong': 'hkt',
  'Asia/Tokyo': 'japan, osaka, kyoto, jst',
  'Asia/Seoul': 'korea, south korea, kst',
  'Asia/Singapore': 'sgt',
  'Asia/Bangkok': 'thailand',
  'Asia/Saigon': 'ho chi minh, ho chi minh city, vietnam, hanoi',
  'Asia/Jakarta': 'wib',
  'Asia/Manila': 'philippines',
  'Asia/Taipei': 'taiwan',
  'Asia/Kuala_Lumpur': 'malaysia',
  'Australia/Sydney': 'canberra, aest, aedt',
  'Australia/Perth': 'awst',
  'Pacific/Auckland': 'new zealand, wellington, nzst, nzdt',
  'Africa/Johannesburg': 'south africa, cape town, durban, sast',
  'Africa/Cairo': 'egypt',
  'Africa/Lagos': 'nigeria',
  'Africa/Nairobi': 'kenya',
  UTC: 'utc, gmt, zulu, coordinated universal',
}

/** Places with more than one zone: no guess would be right. */
const SEVERAL = new Set(['us', 'usa', 'united states', 'america', 'the us', 'the usa', 'canada', 'australia', 'brazil', 'russia', 'mexico', 'indonesia'])

/** The longest name has four words ("rio de janeiro" has three, "coordinated universal" two). */
const LONGEST = 4

export type FoundPlace = { words: number } & ({ zone: string } | { several: string })

let known: Map<string, string> | undefined

/** The place that begins at this word, the longest name first. null: there is none. */
export function placeAt(words: readonly string[], start: number): FoundPlace | null {
  known ??= everyName()
  for (let length = Math.min(LONGEST, words.length - start); length > 0; length--) {
    const name = normal(words.slice(start, start + length).join(' '))
    const zone = known.get(name)
    if (zone !== undefined) return { words: length, zone }
    if (SEVERAL.has(name)) return { words: length, several: name }
  }
  return null
}

function everyName(): Map<string, string> {
  const names = new Map<string, string>()
  const zones = Intl.supportedValuesOf('timeZone')
  for (const zone of zones) {
    const parts = zone.split('/')
    names.set(normal(zone), zone)
    const city = normal(parts.at(-1) ?? '')
    if (parts.length > 1 && !names.has(city)) names.set(city, zone)
  }
  for (const [zone, others] of Object.entries(OTHERS)) {
    for (const name of others.split(',')) names.set(normal(name), zone)
  }
  // Browsers disagree on which of two names a zone is listed under; all take both.
  names.set('europe/kyiv', 'Europe/Kiev').set('asia/kolkata', 'Asia/Calcutta').set('asia/ho_chi_minh', 'Asia/Saigon').set('etc/utc', 'UTC')
  return names
}

const normal = (text: string): string => text.trim().toLowerCase().replaceAll('_', ' ').replace(/\s+/g, ' ').normalize('NFC')
