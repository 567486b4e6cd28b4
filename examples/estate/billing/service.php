<?php
/** Invoices in one JSON file. Money is counted in hundredths, so that every sum is exact. */
declare(strict_types=1);

final class BillingService
{
    /** Above 2^53: whoever makes a floating-point number of it gets another invoice. */
    private const FIRST_NUMBER = 9007199254740993;
    private const TAX_PERCENT = 18;

    public function __construct(private readonly string $file)
    {
    }

    /** Header, see common.xsd: understood, which is all that is asked. */
    public function clerk(object $clerk): void
    {
        error_log("billing: clerk {$clerk->name}");
    }

    public function createInvoice(object $request): array
    {
        // SoapServer reads by the schema but does not check by it.
        if (empty($request->orderId) || empty($request->customer->name) || empty($request->line[0]->unitPrice)) {
            throw new SoapFault('Client', 'An invoice needs an orderId, a customer with a name and a line');
        }
        return $this->change(function (array &$invoices) use ($request): array {
            foreach ($invoices as $known) {
                if ($known['orderId'] === $request->orderId && $known['status'] !== 'cancelled') {
                    return ['invoice' => $this->shown($known)];
                }
            }
            $net = 0;
            foreach ($request->line as $line) {
                $each = self::hundredths($line->unitPrice) - self::hundredths($line->discount ?? '0');
                $net += $each * $line->quantity;
            }
            $tax = intdiv($net * self::TAX_PERCENT + 50, 100);
            $invoice = [
                'number' => self::FIRST_NUMBER + count($invoices),
                'status' => 'open',
                'orderId' => $request->orderId,
                'issuedAt' => self::now(),
                'dueOn' => $request->dueOn ?? null,
                'customer' => $request->customer,
                'line' => $request->line,
                'currency' => $request->currency ?? 'INR',
                'net' => self::decimal($net),
                'tax' => self::decimal($tax),
                'total' => self::decimal($net + $tax),
                'accounts' => $request->accounts ?? '4000',
                'remark' => $request->remark ?? null,
            ];
            $invoices[] = $invoice;
            return ['invoice' => $this->shown($invoice)];
        });
    }

    public function getInvoice(object $request): array
    {
        $invoices = $this->read();
        return ['invoice' => $this->shown($invoices[self::indexOf($invoices, $request->number)])];
    }

    public function listInvoices(object $request): array
    {
        $found = array_filter($this->read(), fn (array $invoice): bool => match (true) {
            isset($request->orderId) => $invoice['orderId'] === $request->orderId,
            isset($request->customerName) => $invoice['customer']['name'] === $request->customerName,
            default => strtotime($invoice['issuedAt']) >= strtotime($request->since),
        });
        $page = array_slice(array_reverse($found), 0, max(0, $request->limit ?? 20));
        return ['invoice' => array_map($this->shown(...), $page), 'found' => count($found)];
    }

    public function cancelInvoice(object $request): array
    {
        return $this->change(function (array &$invoices) use ($request): array {
            $invoice = &$invoices[self::indexOf($invoices, $request->number)];
            if ($invoice['status'] !== 'open') {
                $detail = ['number' => $invoice['number'], 'status' => $invoice['status']];
                $message = "Invoice {$invoice['number']} is {$invoice['status']}; expected an open one";
                throw self::fault('invoiceNotOpen', $message, $detail);
            }
            $invoice['status'] = 'cancelled';
            $invoice['cancellation'] = ['at' => self::now(), 'reason' => $request->reason ?? null];
            return ['invoice' => $this->shown($invoice)];
        });
    }

    /** One-way: nobody hears of an invoice that is not there, or is not open any more. */
    public function notifyPaid(object $request): void
    {
        $this->change(function (array &$invoices) use ($request): void {
            foreach ($invoices as &$invoice) {
                if ($invoice['number'] !== $request->number || $invoice['status'] !== 'open') continue;
                $invoice['status'] = 'paid';
                $invoice['payment'] = ['at' => $request->paidAt, 'reference' => $request->reference];
            }
        });
    }

    /** An invoice as SoapServer writes it: what is null and may be nil becomes xsi:nil. */
    private function shown(array $invoice): array
    {
        $money = fn (string $amount): array => ['_' => $amount, 'currency' => $invoice['currency']];
        foreach (['net', 'tax', 'total'] as $name) $invoice[$name] = $money($invoice[$name]);
        unset($invoice['currency']);
        return $invoice;
    }

    private static function indexOf(array $invoices, int $number): int
    {
        foreach ($invoices as $index => $invoice) {
            if ($invoice['number'] === $number) return $index;
        }
        throw self::fault('unknownInvoice', "There is no invoice $number", ['number' => $number]);
    }

    private static function fault(string $name, string $message, array $detail): SoapFault
    {
        return new SoapFault('Client', $message, null, $detail, $name);
    }

    private static function now(): string
    {
        return (new DateTimeImmutable('now', new DateTimeZone('UTC')))->format('Y-m-d\TH:i:s.v\Z');
    }

    private static function hundredths(string $decimal): int
    {
        if (!preg_match('/^([+-]?)(\d*)(?:\.(\d{0,2})0*)?$/', trim($decimal), $parts)) {
            throw new SoapFault('Client', "\"$decimal\" is no amount; expected two decimals at most");
        }
        $value = (int) ($parts[2] . str_pad($parts[3] ?? '', 2, '0'));
        return $parts[1] === '-' ? -$value : $value;
    }

    private static function decimal(int $hundredths): string
    {
        $digits = str_pad((string) abs($hundredths), 3, '0', STR_PAD_LEFT);
        return ($hundredths < 0 ? '-' : '') . substr($digits, 0, -2) . '.' . substr($digits, -2);
    }

    private function read(): array
    {
        $text = is_file($this->file) ? file_get_contents($this->file) : '[]';
        return json_decode($text, true, flags: JSON_THROW_ON_ERROR);
    }

    /** Reads, changes and writes under one lock; the file is never half written. */
    private function change(callable $run): mixed
    {
        if (!is_dir(dirname($this->file))) mkdir(dirname($this->file), recursive: true);
        $lock = fopen("{$this->file}.lock", 'c');
        flock($lock, LOCK_EX);
        try {
            $invoices = $this->read();
            $result = $run($invoices);
            $text = json_encode($invoices, JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
            file_put_contents("{$this->file}.new", $text);
            rename("{$this->file}.new", $this->file);
            return $result;
        } finally {
            fclose($lock);
        }
    }
}
