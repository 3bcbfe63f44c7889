import { ArrowUUpLeftIcon } from '@phosphor-icons/react/ArrowUUpLeft'
import type { Version } from '@/features/sites/queries/versions'
import { versionCounts, versionOrigin } from '@/features/sites/version-words'
import { count } from '@/lib/format'
import { Button } from '@/ui/button'
import { Chip } from '@/ui/chip'
import { cn } from '@/ui/cn'
import { RelativeTime } from '@/ui/relative-time'

interface VersionListProps {
  versions: readonly Version[]
  chosen: Version
  /** The other side of the comparison, where it is one of them. */
  against: Version | undefined
  onChoose: (version: Version) => void
  onCompare: (version: Version) => void
  hasMore: boolean
  isFetchingMore: boolean
  /** Older ones could not be read. */
  moreFailed: boolean
  onMore: () => void
}

/** A line through time, newest at the top. */
export function VersionList({ versions, chosen, against, onChoose, onCompare, hasMore, isFetchingMore, moreFailed, onMore }: VersionListProps) {
  return (
    <section aria-label="Versions" className="rounded-lg border border-line bg-panel lg:sticky lg:top-16 lg:max-h-[calc(100vh-5rem)] lg:overflow-y-auto">
      <ol className="py-2">
        {versions.map((version, index) => {
          const isChosen = version === chosen
          return (
            <li key={version.sequence} className={cn('group relative pl-9', isChosen ? 'bg-accent-ground' : 'hover:bg-hover')}>
              <span aria-hidden className={cn('absolute top-0 left-[1.15rem] w-px bg-line-strong', index === 0 && 'top-5', index === versions.length - 1 && !hasMore ? 'h-5' : 'bottom-0')} />
              <span
                aria-hidden
                className={cn('absolute top-4 left-[0.9rem] size-2.5 rounded-full border-2', version.isCurrent ? 'border-accent bg-accent' : isChosen ? 'border-accent bg-panel' : 'border-line-strong bg-panel')}
              />
              <button
                type="button"
                aria-current={isChosen ? 'true' : undefined}
                onClick={() => onChoose(version)}
                className="block w-full py-2.5 pr-3 text-left outline-offset-[-2px]"
              >
                <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
                  <span className="font-semibold text-ink">Version {version.sequence}</span>
                  {version.isCurrent && <Chip tone="success">current</Chip>}
                  {version.isShown && !version.isCurrent && <Chip tone="warning">shown</Chip>}
                  {version.trigger === 'rollback' && <Chip icon={<ArrowUUpLeftIcon weight="bold" aria-hidden className="size-3" />}>rollback</Chip>}
                  {against === version && <Chip>compared with</Chip>}
                </span>
                <span className="mt-0.5 block text-hint text-ink-2">
                  <RelativeTime at={version.at} />
                  {`, ${versionOrigin(version)}`}
                </span>
                <span className="block text-hint text-ink-3">
                  {count('item', version.itemCount)}
                  {`, ${versionCounts(version)}`}
                </span>
              </button>
              {!isChosen && version.hasBody && against !== version && (
                <button
                  type="button"
                  onClick={() => onCompare(version)}
                  className="absolute top-2 right-2 min-h-6 rounded-sm bg-panel px-2 text-xs font-semibold text-ink-2 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 hover:text-ink focus-visible:opacity-100 pointer-coarse:opacity-100"
                >
                  Compare<span className="sr-only"> version {chosen.sequence} with version {version.sequence}</span>
                </button>
              )}
            </li>
          )
        })}
      </ol>
      {hasMore && (
        <div className="border-t border-line p-2">
          {moreFailed && (
            <p role="alert" className="px-2 pb-1.5 text-hint text-failure">
              Older versions could not be read.
            </p>
          )}
          <Button variant="ghost" size="sm" className="w-full" busy={isFetchingMore} onClick={onMore}>
            {moreFailed ? 'Try again' : 'Show older'}
          </Button>
        </div>
      )}
    </section>
  )
}
