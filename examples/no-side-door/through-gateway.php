<?php
/**
 * Whether a request came through the gateway: it carries a signature (RFC 9421) by one of the keys
 * that the gateway publishes. Needs ext-sodium. Replays are for a shared store, such as APCu.
 */
declare(strict_types=1);

function came_through_gateway(string $gateway): bool
{
    $headers = array_change_key_case(getallheaders());
    // Lines of this name come from the gateway alone, so there is one signature.
    if (!preg_match('/^parlance=(\(([^)]*)\);.*)$/', $headers['signature-input'] ?? '', $input)
        || !preg_match('/^parlance=:([A-Za-z0-9+\/=]+):$/', $headers['signature'] ?? '', $signature)) {
        return false;
    }
    [, $parameters, $list] = $input;
    preg_match_all('/"([^"]+)"/', $list, $names);
    $covered = $names[1];
    $wanted = ['@method', '@authority', '@path', '@query', 'parlance-exchange'];
    $body = file_get_contents('php://input');
    if ($body !== '') {
        $wanted[] = 'content-digest';
        $digest = 'sha-256=:' . base64_encode(hash('sha256', $body, true)) . ':';
        if (($headers['content-digest'] ?? '') !== $digest) return false;
    }
    if (isset($headers['parlance-caller'])) $wanted[] = 'parlance-caller';
    if (array_diff($wanted, $covered) !== []) return false;
    $number = fn(string $name): int => preg_match("/;$name=(\d+)/", $parameters, $m) ? (int) $m[1] : 0;
    $now = time();
    if ($number('created') > $now + 5 || $number('expires') < $now - 5) return false;
    [$path, $query] = explode('?', $_SERVER['REQUEST_URI'], 2) + [1 => ''];
    $known = [
        '@method' => $_SERVER['REQUEST_METHOD'],
        '@authority' => strtolower($headers['host']),
        '@path' => $path,
        '@query' => "?$query",
    ];
    $lines = array_map(fn(string $name): string => "\"$name\": " . ($known[$name] ?? trim($headers[$name] ?? '')), $covered);
    $base = implode("\n", [...$lines, "\"@signature-params\": $parameters"]);
    preg_match('/;keyid="([^"]+)"/', $parameters, $keyid);
    $key = gateway_key($gateway, $keyid[1] ?? '');
    return $key !== null && sodium_crypto_sign_verify_detached(base64_decode($signature[1]), $base, $key);
}

/**
 * Fetched once in five minutes, and kept in a file that nobody else may write (GATEWAY_KEYS); a key
 * id that is not known there does not have it fetched again.
 */
function gateway_key(string $gateway, string $id): ?string
{
    $file = getenv('GATEWAY_KEYS') ?: __DIR__ . '/gateway-keys.json';
    if (!is_file($file) || filemtime($file) < time() - 300) {
        $fetched = file_get_contents("$gateway/.well-known/http-message-signatures-directory");
        if ($fetched === false) return null;
        // Nobody ever reads half of it.
        file_put_contents("$file." . getmypid(), $fetched);
        rename("$file." . getmypid(), $file);
    }
    foreach (json_decode(file_get_contents($file), true)['keys'] as $key) {
        if ($key['kid'] === $id) return base64_decode(strtr($key['x'], '-_', '+/'));
    }
    return null;
}
