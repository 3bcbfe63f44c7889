import { ImageBrokenIcon } from '@phosphor-icons/react/ImageBroken'
import { UploadSimpleIcon } from '@phosphor-icons/react/UploadSimple'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState, type ChangeEvent } from 'react'
import { Button } from '@/ui/button'
import { Input } from '@/ui/input'
import { useControlServices, type ControlServices, type ImageStore } from '@/ui/schema-control/services'

interface ImageInputProps {
  value: string
  readOnly: boolean
  onBlur?: (() => void) | undefined
  onChange: (event: ChangeEvent<HTMLInputElement>) => void
  onText: (text: string) => void
}

/** The address of an image, with the image under it; where the project keeps pictures, one can be put there. */
export function ImageInput({ onText, ...props }: ImageInputProps) {
  const { value, readOnly } = props
  const services = useControlServices()
  const shows = /^https?:\/\/\S+$/.test(value) || /^\/[^/]/.test(value)
  return (
    <span className="flex flex-col gap-2">
      <Input {...props} type="url" inputMode="url" mono autoComplete="off" spellCheck={false} placeholder="https://…" />
      {services !== null && !readOnly && <Upload services={services} onUploaded={onText} />}
      {shows && <Preview key={value} address={value} />}
    </span>
  )
}

const ACCEPTED = 'image/png,image/jpeg,image/webp,image/avif,image/gif'
const LARGEST = 10 * 1024 * 1024

function Upload({ services, onUploaded }: { services: ControlServices; onUploaded: (address: string) => void }) {
  const { data: store } = useQuery({ queryKey: ['image-store'], queryFn: () => services.imageStore(), staleTime: Infinity, retry: false })
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const file = useRef<HTMLInputElement>(null)
  if (store === null || store === undefined) return null

  const put = async (into: ImageStore, chosen: File | undefined) => {
    if (chosen === undefined) return
    setFailure(null)
    if (!ACCEPTED.split(',').includes(chosen.type)) return setFailure(`“${chosen.name}” is no picture that browsers show. Use PNG, JPEG, WebP, AVIF or GIF.`)
    if (chosen.size > LARGEST) return setFailure(`“${chosen.name}” is larger than 10 MB. Make it smaller and try again.`)
    setBusy(true)
    try {
      onUploaded(await into.upload(chosen))
    } catch (error) {
      setFailure(services.describe(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <span className="flex flex-wrap items-center gap-2">
      <Button size="sm" busy={busy} icon={<UploadSimpleIcon aria-hidden />} onClick={() => file.current?.click()}>
        Upload a picture
      </Button>
      <input
        ref={file}
        type="file"
        accept={ACCEPTED}
        className="hidden"
        aria-label="Picture file"
        tabIndex={-1}
        onChange={(event) => {
          void put(store, event.target.files?.[0])
          // The same file may be chosen again after a failure.
          event.target.value = ''
        }}
      />
      {failure !== null && (
        <span role="alert" className="text-hint text-failure">
          {failure}
        </span>
      )}
    </span>
  )
}

function Preview({ address }: { address: string }) {
  const [broken, setBroken] = useState(false)
  if (broken) {
    return (
      <span className="flex items-center gap-1.5 text-hint text-warning">
        <ImageBrokenIcon aria-hidden /> No image could be loaded from there.
      </span>
    )
  }
  return (
    <img
      src={address}
      alt="What the address shows"
      referrerPolicy="no-referrer"
      loading="lazy"
      className="max-h-40 w-fit max-w-full rounded-md border border-line bg-sunk object-contain"
      onError={() => setBroken(true)}
    />
  )
}
