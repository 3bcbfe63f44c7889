import { describe, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { showView } from '@/test-view'
import { DiffView } from '@/ui/diff-view'

const paragraph = (words: number, seed: string) => Array.from({ length: words }, (_, index) => `${seed}${index}`).join(' ')

describe('the diff view', () => {
  it('says in signs and words what was and what will be, and marks the words that differ', async () => {
    const { screen } = await showView(<DiffView changes={[{ field: 'headline', label: 'Headline', note: 'was Title', before: 'Save 10% on the first order', after: 'Save 15% on the first order' }]} />)
    await expect.element(screen.getByText('before: ')).toBeInTheDocument()
    await expect.element(screen.getByText('after: ')).toBeInTheDocument()
    await expect.element(screen.getByText('Headline')).toBeVisible()
    await expect.element(screen.getByText('(was Title)')).toBeVisible()
    const [was, willBe] = [screen.getByText('10', { exact: true }), screen.getByText('15', { exact: true })]
    for (const word of [was, willBe]) {
      const style = getComputedStyle(word.element())
      expect(style.textDecorationLine).toBe('underline')
      expect(Number(style.fontWeight)).toBeGreaterThanOrEqual(600)
    }
  })

  it('goes through a list entry by entry', async () => {
    const { screen } = await showView(<DiffView changes={[{ field: 'tags', before: ['spring', 'sale'], after: ['spring', 'summer', 'sale'] }]} />)
    const lines = [...screen.container.querySelectorAll('dd p')].map((line) => line.textContent)
    expect(lines).toEqual([' unchanged: spring', '+after: summer', ' unchanged: sale'])
  })

  it('folds a long text around its change, and unfolds it', async () => {
    const long = Array.from({ length: 60 }, (_, index) => `Line number ${index}`)
    const { screen } = await showView(<DiffView changes={[{ field: 'body', before: long.join('\n'), after: long.with(30, 'Another line').join('\n') }]} />)
    await expect.element(screen.getByText('Line number 29')).toBeVisible()
    expect(screen.getByText('Line number 3', { exact: true }).query()).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: 'Show 28 unchanged lines' }).first())
    await expect.element(screen.getByText('Line number 3', { exact: true })).toBeVisible()
  })

  it('folds within one long line, too', async () => {
    const before = `${paragraph(300, 'a')} old ${paragraph(300, 'b')}`
    const { screen } = await showView(<DiffView changes={[{ field: 'body', before, after: before.replace(' old ', ' new ') }]} />)
    await expect.element(screen.getByText('old', { exact: true })).toBeVisible()
    expect(screen.container.textContent).not.toContain('a10 ')
    await userEvent.click(screen.getByRole('button', { name: /^Show \d+ unchanged characters$/ }).first())
    expect(screen.container.textContent).toContain('a10 ')
  })

  it('stands side by side where there is the width, and one under the other where there is not', async () => {
    const changes = [{ field: 'headline', before: 'Save 10% today', after: 'Save 15% today' }]
    const { screen } = await showView(<DiffView changes={changes} layout="split" />, { width: 1280 })
    const boxes = () => [...screen.container.querySelectorAll('dd p')].map((line) => line.getBoundingClientRect())
    const [left, right] = boxes()
    expect(left?.top).toBe(right?.top)
    expect(right?.left).toBeGreaterThan(left?.right ?? Infinity)
    await page.viewport(375, 800)
    await expect.poll(() => boxes().map(({ left: at }) => at)).toEqual([boxes()[0]?.left, boxes()[0]?.left])
    const [above, below] = boxes()
    expect(below?.top).toBeGreaterThanOrEqual(above?.bottom ?? Infinity)
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(375)
  })

  it('shows a value that only one side has, and the values that are no text', async () => {
    const { screen } = await showView(
      <DiffView changes={[{ field: 'count', before: 120, after: 125 }, { field: 'gone', before: 'it was here' }, { field: 'options', before: { a: 1, b: 2 }, after: { b: 3, a: 1 } }]} />,
    )
    const lines = [...screen.container.querySelectorAll('dd p')].map((line) => line.textContent)
    expect(lines.slice(0, 3)).toEqual(['−before: 120', '+after: 125', '−before: it was here'])
    expect(lines.slice(3)).toEqual([' unchanged: {', ' unchanged:   "a": 1,', '−before:   "b": 2', '+after:   "b": 3', ' unchanged: }'])
  })

  it('shows 100,000 characters that are new without ado', async () => {
    const { screen } = await showView(<DiffView changes={[{ field: 'body', after: paragraph(20_000, 'word') }]} />)
    await expect.element(screen.getByText('body')).toBeVisible()
    expect(screen.container.textContent.length).toBeLessThan(5000)
  })
})
