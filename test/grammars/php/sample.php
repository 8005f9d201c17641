<?php
namespace App\Stores;

use App\Models\Item;
use App\Models\{Order, User as Person};
require_once 'bootstrap.php';

const LIMIT = 10;

interface Reader { public function read(int $count): string; }

enum Mode: string { case Near = 'near'; case Far = 'far'; }

/** Keeps things. */
class Store extends Base implements Reader
{
    private array $items = [];
    const SIZE = 3;

    public function __construct(private string $name, int ...$rest)
    {
        parent::__construct("store {$name}");
    }

    public function find(string $key, ?Item $fallback = null): ?Item
    {
        foreach ($this->items as $index => $item) {
            if ($item->key() === $key) return $item;
        }
        $twice = fn ($x) => $x * 2;
        $add = function ($a) use ($twice) { return $twice($a); };
        return Item::make(strlen($key)) ?? $fallback; // or that
    }
}

function open(string $path) { return new Store($path); }
