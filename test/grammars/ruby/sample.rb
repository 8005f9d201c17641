require 'json'
require_relative 'store/base'

module Stores
  LIMIT = 10

  class Store < Base
    attr_reader :name

    def initialize(name, *rest, depth: 3, **options, &block)
      @name = "store #{name.downcase}"
      @items = []
    end

    def self.open(path)
      new(path)
    end

    def find(key, limit = LIMIT)
      found = nil
      @items.each do |item|
        if item.key == key
          found = item
        else
          next
        end
      end
      begin
        JSON.parse(File.read(key))
      rescue ArgumentError => error
        puts error # shown
      end
      pick = ->(a) { a * 2 }
      found
    end
  end
end
