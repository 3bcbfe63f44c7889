import { CheckCircleIcon } from '@phosphor-icons/react/CheckCircle'
import { HourglassMediumIcon } from '@phosphor-icons/react/HourglassMedium'
import { ProhibitIcon } from '@phosphor-icons/react/Prohibit'
import { TimerIcon } from '@phosphor-icons/react/Timer'
import type { ReactNode } from 'react'
import { isUsable, keyState, STATE, type ApiKey, type KeyState } from '@/features/api-keys/key-words'
import { Button } from '@/ui/button'
import { Chip } from '@/ui/chip'
import type { Column } from '@/ui/data-table'
import { RelativeTime } from '@/ui/relative-time'

interface KeyColumnsOptions {
  userId: string | undefined
  now: number
  onRevoke: (key: ApiKey) => void
}

export function keyColumns({ userId, now, onRevoke }: KeyColumnsOptions): Column<ApiKey>[] {
  return [
    { key: 'name', header: 'Key', className: 'py-2! min-w-40', cell: (key) => <Name apiKey={key} state={keyState(key, now)} /> },
    { key: 'scopes', header: 'Scopes', hideBelow: 'lg', cell: (key) => <Scopes scopes={key.scopes} /> },
    { key: 'creator', header: 'Created by', hideBelow: 'lg', className: 'max-w-44', cell: (key) => <Creator apiKey={key} userId={userId} /> },
    { key: 'used', header: 'Last used', hideBelow: 'lg', className: 'whitespace-nowrap', cell: (key) => <RelativeTime at={key.lastUsedAt} className={key.lastUsedAt === null ? 'text-ink-3' : undefined} /> },
    { key: 'expires', header: 'Expires', hideBelow: 'lg', className: 'whitespace-nowrap', cell: (key) => <RelativeTime at={key.expiresAt} className={key.expiresAt === null ? 'text-ink-3' : undefined} /> },
    { key: 'state', header: 'State', hideBelow: 'sm', cell: (key) => <State apiKey={key} state={keyState(key, now)} userId={userId} /> },
    {
      key: 'actions',
      header: 'Actions',
      hideHeader: true,
      align: 'right',
      className: 'w-10',
      cell: (key) =>
        isUsable(keyState(key, now)) && (
          <Button size="sm" aria-label={`Revoke "${key.name}"`} onClick={() => onRevoke(key)}>
            Revoke…
          </Button>
        ),
    },
  ]
}

/** Enough to know it again; the rest is nowhere. */
export const masked = (prefix: string) => `${prefix}_••••••••`

function Name({ apiKey, state }: { apiKey: ApiKey; state: KeyState }) {
  return (
    <>
      <span className="block font-semibold wrap-anywhere">{apiKey.name}</span>
      <span className="block font-mono text-xs whitespace-nowrap text-ink-3">{masked(apiKey.prefix)}</span>
      {/* On a narrow screen the row is read from top to bottom. */}
      <div className="mt-1.5 flex flex-col items-start gap-1.5 lg:hidden">
        <Scopes scopes={apiKey.scopes} />
        <span className="text-xs text-ink-2">
          Last used <RelativeTime at={apiKey.lastUsedAt} />
        </span>
        <span className="sm:hidden">
          <StateChip apiKey={apiKey} state={state} />
        </span>
      </div>
    </>
  )
}

function Scopes({ scopes }: { scopes: readonly string[] }) {
  return (
    <span className="flex flex-wrap gap-1">
      {scopes.map((scope) => (
        <Chip key={scope} tone="accent" className="font-mono font-normal">
          {scope}
        </Chip>
      ))}
    </span>
  )
}

function Creator({ apiKey, userId }: { apiKey: ApiKey; userId: string | undefined }) {
  return (
    <>
      <span className="block truncate" title={apiKey.createdBy?.name}>
        {personWords(apiKey.createdBy, userId)}
      </span>
      <RelativeTime at={apiKey.createdAt} className="block text-xs text-ink-3" />
    </>
  )
}

const personWords = (person: ApiKey['createdBy'], userId: string | undefined) =>
  person === null ? 'somebody who has left' : person.id === userId ? 'you' : person.name

function State({ apiKey, state, userId }: { apiKey: ApiKey; state: KeyState; userId: string | undefined }) {
  return (
    <>
      <StateChip apiKey={apiKey} state={state} />
      {state === 'revoked' && (
        <span className="mt-0.5 block text-xs text-ink-3">
          by {personWords(apiKey.revokedBy, userId)}, <RelativeTime at={apiKey.revokedAt} />
        </span>
      )}
    </>
  )
}

const ICON: Readonly<Record<KeyState, ReactNode>> = {
  active: <CheckCircleIcon weight="fill" aria-hidden />,
  expiring: <HourglassMediumIcon weight="fill" aria-hidden />,
  expired: <TimerIcon weight="bold" aria-hidden />,
  revoked: <ProhibitIcon weight="bold" aria-hidden />,
}

function StateChip({ apiKey, state }: { apiKey: ApiKey; state: KeyState }) {
  return (
    <Chip tone={STATE[state].tone} icon={ICON[state]}>
      <span>
        {STATE[state].label}
        {state === 'expiring' && (
          <>
            {' '}
            <RelativeTime at={apiKey.expiresAt} />
          </>
        )}
      </span>
    </Chip>
  )
}
