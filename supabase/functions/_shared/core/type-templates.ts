import type { ContentSchema, FieldSchema, JsonValue } from './content-schema.ts'
import type { TypeDocument } from './type-document.ts'

/** Types that many teams need, to begin with: each with help for whoever fills it in, and an example that says what it is for. */
export interface TypeTemplate extends TypeDocument {
  /** Where it is kept: `library` templates come with the product. */
  key: string
}

type Fields = Record<string, FieldSchema & { needed?: true }>

function template(name: string, title: string, description: string, fields: Fields, example: Record<string, JsonValue>): TypeTemplate {
  const names = Object.keys(fields)
  const schema: ContentSchema = {
    type: 'object',
    'x-order': names,
    required: names.filter((field) => fields[field]?.needed === true),
    properties: Object.fromEntries(Object.entries(fields).map(([field, { needed: _, ...rest }]) => [field, { ...rest, 'x-field-id': `f_${field}` }])),
  }
  return { key: name, name, title, description, schema, example }
}

const line = (title: string, description: string, maxLength: number, more: Partial<FieldSchema> = {}): FieldSchema => ({ type: 'string', title, description, maxLength, 'x-widget': 'text', ...more })
const text = (title: string, description: string, maxLength: number): FieldSchema => ({ type: 'string', title, description, maxLength, 'x-widget': 'textarea' })
const rich = (title: string, description: string, maxLength = 4000): FieldSchema => ({ type: 'string', title, description, format: 'markdown', maxLength, 'x-widget': 'richtext' })
const url = (title: string, description: string): FieldSchema => ({ type: 'string', title, description, format: 'uri', 'x-widget': 'url' })
const image = (title: string, description: string): FieldSchema => ({ type: 'string', title, description, format: 'uri', 'x-widget': 'image' })
const day = (title: string, description: string): FieldSchema => ({ type: 'string', title, description, format: 'date', 'x-widget': 'date' })
const choice = (title: string, description: string, options: string[], fallback: string): FieldSchema => ({ type: 'string', title, description, enum: options, default: fallback, 'x-widget': 'select' })
const flag = (title: string, description: string, fallback: boolean): FieldSchema => ({ type: 'boolean', title, description, default: fallback, 'x-widget': 'boolean' })
const list = (title: string, description: string): FieldSchema => ({ type: 'array', title, description, items: { type: 'string', maxLength: 200 }, 'x-widget': 'list' })

const hours = '^(Closed|([01][0-9]|2[0-3]):[0-5][0-9]–([01][0-9]|2[0-3]):[0-5][0-9](, ([01][0-9]|2[0-3]):[0-5][0-9]–([01][0-9]|2[0-3]):[0-5][0-9])?)$'
const weekday = (title: string): FieldSchema => ({
  type: 'string', title, pattern: hours, default: 'Closed', 'x-widget': 'text', description: '“08:00–18:00”, “08:00–12:00, 13:00–17:00” or “Closed”.',
})

export const typeTemplates: readonly TypeTemplate[] = [
  template(
    'offer_banner', 'Offer banner', 'A limited offer with a headline, a few words and one button.',
    {
      headline: { ...line('Headline', 'What the visitor gets, in one breath. Up to 90 characters.', 90), needed: true },
      body: rich('Body', 'Two or three sentences, or a short list. What it covers and what it does not.'),
      cta_text: { ...line('Button text', 'A verb and what it leads to: “Book a visit”.', 40, { default: 'Learn more' }), needed: true },
      cta_url: { ...url('Button link', 'Where the button leads.'), needed: true },
      discount: { type: 'number', title: 'Discount, percent', description: 'Leave it empty where the offer is no percentage.', minimum: 0, maximum: 100, 'x-widget': 'number' },
      theme: { ...choice('Theme', 'The look of the landing page.', ['autumn', 'service', 'finance'], 'service'), needed: true },
      start_date: day('Starts on', 'The first day of the offer, as visitors read it.'),
      end_date: day('Ends on', 'The last day of the offer.'),
    },
    {
      headline: 'Free tune-up with every new heat pump', body: 'Order by the end of the month and the **first yearly service** is on us.\n\n- Certified technicians\n- A written report after every visit',
      cta_text: 'Book a visit', cta_url: 'https://example.com/tune-up', discount: 15, theme: 'service', start_date: '2026-11-01', end_date: '2026-11-30',
    },
  ),
  template(
    'disclaimer', 'Disclaimer', 'Legal small print that several pages share, kept in one place.',
    {
      heading: line('Heading', 'Shown above the text; leave it empty for none.', 120),
      body: { ...rich('Text', 'The wording that legal has approved, word for word.', 8000), needed: true },
      jurisdiction: line('Applies in', 'Country or state that the wording was written for.', 80),
      approved_by: line('Approved by', 'Who signed the wording off. Sent to sites, so use a role rather than a name where that matters.', 120),
      effective_from: { ...day('In force from', 'The day from which this wording holds.'), needed: true },
      review_by: day('Review by', 'When somebody should read it again.'),
    },
    {
      heading: 'Financing terms', body: 'Subject to credit approval. *0 % interest for 12 months* on purchases of $1,000 or more; minimum monthly payments required.',
      jurisdiction: 'United States', approved_by: 'Legal', effective_from: '2026-10-01', review_by: '2027-10-01',
    },
  ),
  template(
    'announcement', 'Announcement', 'A short notice at the top of a page: a closure, a change, some news.',
    {
      message: { ...line('Message', 'One sentence that says what has changed for the visitor.', 160), needed: true },
      details: rich('Details', 'For those who want to know more. May stay empty.', 2000),
      tone: { ...choice('Tone', 'How loudly it speaks: information, a warning, or something urgent.', ['info', 'warning', 'urgent'], 'info'), needed: true },
      link_text: line('Link text', 'What the link says, where there is one.', 60),
      link_url: url('Link', 'Where it leads.'),
      dismissible: flag('Visitors may close it', 'No keeps it in place until it is taken down.', true),
    },
    { message: 'Our lines are closed on Thanksgiving Day; emergencies are answered as always.', details: 'We are back on **Friday at 8:00**.', tone: 'info', link_text: 'Emergency contacts', link_url: 'https://example.com/emergency', dismissible: true },
  ),
  template(
    'hours', 'Opening hours', 'When a place is open, day by day, with the days on which it is not.',
    {
      place: { ...line('Place', 'The branch or counter that these hours are for.', 120), needed: true },
      monday: weekday('Monday'), tuesday: weekday('Tuesday'), wednesday: weekday('Wednesday'), thursday: weekday('Thursday'),
      friday: weekday('Friday'), saturday: weekday('Saturday'), sunday: weekday('Sunday'),
      exceptions: list('Exceptions', 'One entry a day that differs: “24 Dec: 08:00–12:00”.'),
      phone: { type: 'string', title: 'Phone', description: 'The number to call during these hours.', maxLength: 40, 'x-widget': 'phone' },
    },
    {
      place: 'Main Street branch', monday: '08:00–18:00', tuesday: '08:00–18:00', wednesday: '08:00–18:00', thursday: '08:00–20:00', friday: '08:00–18:00', saturday: '09:00–13:00', sunday: 'Closed',
      exceptions: ['24 Dec: 08:00–12:00', '25 Dec: Closed'], phone: '+1 312 555 0100',
    },
  ),
  template(
    'faq', 'Question & answer', 'One question that customers really ask, and its answer.',
    {
      question: { ...line('Question', 'In the customer’s words, with a question mark.', 200, { pattern: '[?]$' }), needed: true },
      answer: { ...rich('Answer', 'The answer first, the reasons after it.'), needed: true },
      topic: choice('Topic', 'Under which heading it is listed.', ['General', 'Booking', 'Payment', 'Service', 'Warranty'], 'General'),
      more_url: url('Read more', 'A page that says more, where there is one.'),
    },
    { question: 'Do I have to be at home during the visit?', answer: 'Only for the **first ten minutes**: we need somebody to show us the unit. After that you are free to go.', topic: 'Service', more_url: 'https://example.com/visits' },
  ),
  template(
    'team_member', 'Team member', 'A person that visitors can put a face to.',
    {
      full_name: { ...line('Name', 'As the person wants it written.', 120), needed: true },
      role: { ...line('Role', 'What the person does, in the customer’s words.', 120), needed: true },
      photo: image('Photo', 'Upright, at least 600 pixels wide.'),
      bio: text('About', 'Two or three sentences.', 600),
      email: { type: 'string', title: 'E-mail', description: 'Shown on the page.', format: 'email', 'x-widget': 'email' },
      phone: { type: 'string', title: 'Phone', description: 'Shown on the page.', maxLength: 40, 'x-widget': 'phone' },
      languages: list('Languages', 'One entry a language that the person speaks with customers.'),
    },
    { full_name: 'Maria Alvarez', role: 'Lead technician', bio: 'With us since 2014. Maria has fitted more heat pumps than anybody else in the county, and explains every one of them.', email: 'maria@example.com', phone: '+1 312 555 0101', languages: ['English', 'Spanish'] },
  ),
  template(
    'product_highlight', 'Product highlight', 'One product, why it is worth a look, and where to get it.',
    {
      name: { ...line('Product', 'The name as it stands on the box.', 120), needed: true },
      claim: { ...line('Claim', 'The one reason to look twice.', 120), needed: true },
      description: rich('Description', 'What it does for the customer; figures rather than adjectives.'),
      picture: image('Picture', 'On a plain ground, at least 1,200 pixels wide.'),
      features: list('Features', 'Three to five, a few words each.'),
      price: { type: 'number', title: 'Price', description: 'Without a currency sign.', minimum: 0, 'x-widget': 'number' },
      currency: choice('Currency', 'What the price is in.', ['USD', 'EUR', 'GBP', 'CHF'], 'USD'),
      accent: { type: 'string', title: 'Accent colour', description: 'Of the card; the brand’s own where it has one.', format: 'color', default: '#0f766e', 'x-widget': 'color' },
      buy_url: { ...url('Shop link', 'Where to buy or ask for it.'), needed: true },
    },
    {
      name: 'QuietAir 300', claim: 'Cools a whole floor at the volume of a library.', description: 'An inverter unit for up to **90 m²** that uses a third less power than the one before it.',
      features: ['19 dB at night', 'Seven-year warranty', 'Fitted in a day'], price: 2490, currency: 'USD', accent: '#0f766e', buy_url: 'https://example.com/quietair',
    },
  ),
]
